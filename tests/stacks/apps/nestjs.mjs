import 'reflect-metadata';
import { Controller, Delete, Get, Header, HttpCode, Module, Param, Post, Put } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

class Shop {
  login() {}
  items() {
    return ['tea'];
  }
  put(number) {
    return { number: Number(number) };
  }
  remove(number) {
    return { gone: Number(number) };
  }
  boom() {
    throw new Error('boom');
  }
}
// Decorators as TypeScript would apply them.
const decorate = (name, ...decorators) =>
  decorators.forEach((each) =>
    each(Shop.prototype, name, Object.getOwnPropertyDescriptor(Shop.prototype, name)));
const COOKIE = 'session=1; SameSite=None; Secure; HttpOnly';
decorate('login', Post('login'), HttpCode(204), Header('Set-Cookie', COOKIE));
decorate('items', Get('items'), Header('X-Total', '1'));
decorate('put', Put('items/:number'));
decorate('remove', Delete('items/:number'));
decorate('boom', Get('boom'));
Param('number')(Shop.prototype, 'put', 0);
Param('number')(Shop.prototype, 'remove', 0);
Controller()(Shop);
class App {}
Module({ controllers: [Shop] })(App);

const app = await NestFactory.create(App, { logger: false });
// [1]
app.use((req, res, next) => {
  const known = !process.env.LOGIN || (req.headers.cookie || '').includes('session=1');
  if (known || req.path === '/login') next();
  else res.sendStatus(401);
});
// [after login]
// [errors]
await app.listen(process.env.PORT, '127.0.0.1');
