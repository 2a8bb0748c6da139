import { serve } from '@hono/node-server';
import { Hono } from 'hono';
// [1]
const app = new Hono();
// [2]
app.use('*', async (c, next) => {
  const known = !process.env.LOGIN || (c.req.header('Cookie') || '').includes('session=1');
  if (!known && c.req.path !== '/login') return c.text('', 401);
  await next();
});
// [after login]
app.post('/login', (c) => {
  c.header('Set-Cookie', 'session=1; SameSite=None; Secure; HttpOnly');
  return c.body(null, 204);
});
app.get('/items', (c) => c.json(['tea'], 200, { 'X-Total': '1' }));
app.put('/items/:number', (c) => c.json({ number: Number(c.req.param('number')) }));
app.delete('/items/:number', (c) => c.json({ gone: Number(c.req.param('number')) }));
app.get('/boom', () => {
  throw new Error('boom');
});
serve({ fetch: app.fetch, port: Number(process.env.PORT), hostname: '127.0.0.1' });
