import { expect, it } from 'vitest'
import { api } from '@/api/client'

it('is typed from the OpenAPI document', () => {
  const never = () => {
    // @ts-expect-error no such path
    api.get('/nope')
    // @ts-expect-error the path parameter is missing
    api.get('/products/{product_id}')
    // @ts-expect-error not one of the orders
    api.get('/products', { query: { sort: 'cheapest' } })
    // @ts-expect-error a field of the body is missing
    api.post('/cart/lines', { body: { sku_id: 1 } })
    // @ts-expect-error not a method of this path
    api.delete('/home')
    api.get('/orders/{number}', { path: { number: '1' } }).then(order => order.total_amount satisfies number)
  }
  expect(never).toBeTypeOf('function')
})
