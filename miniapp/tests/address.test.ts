import type { Province } from '@/api/types'
import { expect, it } from 'vitest'
import { check, namesOf, parse } from '@/pages-trade/address/fields'

const regions: Province[] = [
  { code: '310000', name: '上海市', children: [{ code: '310100', name: '上海市', children: [{ code: '310115', name: '浦东新区' }, { code: '310104', name: '徐汇区' }] }] },
  { code: '330000', name: '浙江省', children: [
    { code: '330100', name: '杭州市', children: [{ code: '330106', name: '西湖区' }] },
    { code: '330200', name: '宁波市', children: [{ code: '330203', name: '海曙区' }] },
  ] },
  { code: '360000', name: '江西省', children: [{ code: '360100', name: '南昌市', children: [{ code: '360103', name: '西湖区' }] }] },
]
const good = { name: '张三', phone: '13812345678', region_code: '330106', detail: '文三路 90 号', is_default: false }

it('names what is wrong at each field', () => {
  expect(check(good)).toEqual({})
  expect(check({ name: ' ', phone: '', region_code: '', detail: '', is_default: false })).toEqual({
    name: 'address.name_missing',
    phone: 'address.phone_missing',
    region_code: 'address.region_missing',
    detail: 'address.detail_missing',
  })
  expect(check({ ...good, phone: '1381234567' })).toEqual({ phone: 'address.phone_wrong' })
  expect(check({ ...good, phone: '12812345678' })).toEqual({ phone: 'address.phone_wrong' })
})

it('finds the names of a district', () => {
  expect(namesOf(regions, '330106')).toEqual({ code: '330106', province: '浙江省', city: '杭州市', district: '西湖区' })
  expect(namesOf(regions, '000000')).toBeNull()
})

it.each([
  ['张三 13812345678 浙江省杭州市西湖区文三路 90 号', { name: '张三', phone: '13812345678', region_code: '330106', detail: '文三路 90 号' }],
  ['收货人：张三\n手机号码：138-1234-5678\n所在地区：浙江省杭州市西湖区\n详细地址：文三路90号', { name: '张三', phone: '13812345678', region_code: '330106', detail: '文三路90号' }],
  ['上海市浦东新区世纪大道 1 号，李小龙，+86 13900001111', { name: '李小龙', phone: '13900001111', region_code: '310115', detail: '世纪大道 1 号' }],
  ['王五，13700002222，江西南昌西湖区八一大道3号', { name: '王五', phone: '13700002222', region_code: '360103', detail: '八一大道3号' }],
])('reads a pasted address: %s', (text, expected) => {
  expect(parse(text, regions)).toEqual(expected)
})

it('does not take a district of the same name in another province', () => {
  expect(parse('浙江省 宁波市 海曙区 西湖区路 1 号', regions).region_code).toBe('330203')
})

it('leaves out what it cannot find instead of guessing', () => {
  expect(parse('13812345678', regions)).toEqual({ phone: '13812345678' })
  expect(parse('文三路 90 号', regions)).toEqual({ detail: '文三路 90 号' })
  expect(parse('', regions)).toEqual({})
})
