import Fastify from 'fastify';

const fastify = Fastify();
// [1]
fastify.addHook('onRequest', async (request, reply) => {
  const known = !process.env.LOGIN || (request.headers.cookie || '').includes('session=1');
  if (!known && request.url !== '/login') return reply.code(401).send();
});
// [after login]
fastify.post('/login', (request, reply) =>
  reply.header('Set-Cookie', 'session=1; SameSite=None; Secure; HttpOnly').code(204).send());
fastify.get('/items', (request, reply) => reply.header('X-Total', '1').send(['tea']));
fastify.put('/items/:number', async (request) => ({ number: Number(request.params.number) }));
fastify.delete('/items/:number', async (request) => ({ gone: Number(request.params.number) }));
fastify.get('/boom', async () => {
  throw new Error('boom');
});
// [errors]
await fastify.listen({ port: process.env.PORT, host: '127.0.0.1' });
