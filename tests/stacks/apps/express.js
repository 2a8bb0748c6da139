const app = require(process.env.EXPRESS)();
// [1]
app.use((req, res, next) => {
  const known = !process.env.LOGIN || (req.headers.cookie || '').includes('session=1');
  if (known || req.path === '/login') next();
  else res.sendStatus(401);
});
// [after login]
app.post('/login', (req, res) => {
  res.cookie('session', '1', { sameSite: 'none', secure: true, httpOnly: true });
  res.sendStatus(204);
});
app.get('/items', (req, res) => res.set('X-Total', '1').json(['tea']));
app.put('/items/:number', (req, res) => res.json({ number: Number(req.params.number) }));
app.delete('/items/:number', (req, res) => res.json({ gone: Number(req.params.number) }));
app.get('/boom', () => {
  throw new Error('boom');
});
// [errors]
app.listen(process.env.PORT, '127.0.0.1');
