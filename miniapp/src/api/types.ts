import type { Answer, PostAnswer } from './client'

// Names for the shapes of the API; the shapes themselves are generated from the OpenAPI document (schema.d.ts).
export type Home = Answer<'/home'>
export type Card = Home['sections'][number]['products'][number]
export type CategoryTree = Answer<'/categories'>['items'][number]
export type Product = Answer<'/products/{product_id}'>
export type Sku = Product['skus'][number]
export type Stock = Answer<'/products/{product_id}/stock'>
export type Cart = Answer<'/cart'>
export type CartLine = Cart['lines'][number]
export type Quote = PostAnswer<'/quote'>
export type CouponChoice = Quote['coupons'][number]
export type Coupons = Answer<'/coupons'>
export type Coupon = Coupons['items'][number]
export type CouponTemplate = Answer<'/coupon-templates'>['items'][number]
export type FlashSale = Answer<'/flash-sales'>['items'][number]
export type ProductOffers = Answer<'/products/{product_id}/offers'>
export type Order = Answer<'/orders/{number}'>
/** What a customer may do with an order now. */
export type OrderAction = 'pay' | 'cancel' | 'confirm' | 'rebuy'
export type Address = Answer<'/addresses'>['items'][number]
export type Province = Answer<'/regions'>[number]
export type Member = Answer<'/me'>
export type Message = Answer<'/messages'>['items'][number]
export type Template = Answer<'/consents'>['templates'][number]
export type PayParameters = PostAnswer<'/orders/{number}/pay'>
export type Campaigns = Answer<'/groupbuy/campaigns'>
export type CampaignDetail = Answer<'/groupbuy/campaigns/{campaign_id}'>
export type CampaignSku = CampaignDetail['skus'][number]
export type Group = Answer<'/groupbuy/groups/{number}'>
export type MyGroup = Answer<'/groupbuy/groups'>['items'][number]
export type Loyalty = Answer<'/loyalty'>
export type Tier = Loyalty['tiers'][number]
export type Calendar = Answer<'/loyalty/calendar'>
export type PointsEntry = Answer<'/loyalty/entries'>['items'][number]
export type Activities = Answer<'/activities'>
export type ActivityPage = Answer<'/activities/{activity_id}'>
export type Referral = Answer<'/referral'>
export type Leaderboard = Answer<'/referral/leaderboard'>
export type Preferences = Answer<'/messages/preferences'>
