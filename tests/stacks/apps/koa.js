const Koa = require('koa');
const app = new Koa();
// [1]
app.use((ctx, next) => {
  const known = !process.env.LOGIN || (ctx.get('Cookie') || '').includes('session=1');
  if (!known && ctx.path !== '/login') ctx.throw(401);
  return next();
});
// [after login]
app.use((ctx) => {
  const call = `${ctx.method} ${ctx.path}`;
  if (call === 'POST /login') {
    ctx.set('Set-Cookie', 'session=1; SameSite=None; Secure; HttpOnly');
    ctx.status = 204;
  } else if (call === 'GET /items') {
    ctx.set('X-Total', '1');
    ctx.body = ['tea'];
  } else if (call === 'PUT /items/1') ctx.body = { number: 1 };
  else if (call === 'DELETE /items/2') ctx.body = { gone: 2 };
  else if (call === 'GET /boom') throw new Error('boom');
});
app.silent = true;
app.listen(process.env.PORT, '127.0.0.1');
