// The same tests as in ../test_shop.py.
'use strict';
const { expect, test } = require('@playwright/test');
const SHOP = process.env.SHOP || 'http://localhost:3000';

test('the catalogue is asked for', async ({ page }) => {
  await page.goto(SHOP);
  await page.getByRole('button', { name: 'Browse the catalogue' }).click();
  await expect(page.locator('li')).toContainText(['Browse the catalogue']);
});

test('a mug is put into the cart', async ({ page }) => {
  await page.goto(SHOP);
  await page.getByRole('button', { name: 'Add a mug to the cart' }).click();
  await page.getByRole('button', { name: 'Take two' }).click();
  await expect(page.locator('li')).toContainText(['Add a mug to the cart', 'Take two']);
});
