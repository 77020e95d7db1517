"""One person, one member: what happens when WeChat tells that two members are the same."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Q

from fangcun.identity.members.events import MembersMerged
from fangcun.identity.members.models import Account, Address, Member, MemberTag, PrivacyConsent
from fangcun.kernel import audit
from fangcun.kernel.actors import WECHAT
from fangcun.kernel.events import announce


def learn_unionid(account: Account, unionid: str) -> None:
    """Note which person WeChat says an account's member is; who is known already by that id absorbs him.

    In the caller's transaction, before it writes to the account. A member whose programs were moved to
    another Open Platform account gets the new id.
    """
    for last_try in (False, False, True):
        members = {
            member.pk: member
            # In order of id, as everybody who locks two members does.
            for member in Member.objects.select_for_update(no_key=True)
            .filter(Q(pk=account.member_id) | Q(unionid=unionid))
            .order_by("pk")
        }
        account.refresh_from_db(fields=["member"])
        member = members.get(account.member_id)
        if member is None:
            continue  # the account was moved to another member while we waited for the lock
        if member.unionid == unionid:
            return
        known = next((one for one in members.values() if one.unionid == unionid), None)
        if known is not None:
            _merge(kept=known, gone=member)
            return
        try:
            with transaction.atomic():
                Member.objects.filter(pk=member.pk).update(unionid=unionid)
            return
        except IntegrityError:  # somebody just logged in elsewhere as this person for the first time
            if last_try:
                raise


def _merge(*, kept: Member, gone: Member) -> None:
    """Give one member everything the other has. The other stays as an empty row that names the first."""
    Account.objects.filter(member=gone).update(member=kept)
    if Address.objects.filter(member=kept, is_default=True).exists():
        Address.objects.filter(member=gone, is_default=True).update(is_default=False)
    Address.objects.filter(member=gone).update(member=kept)
    PrivacyConsent.objects.filter(member=gone).update(member=kept)
    his = MemberTag.objects.filter(member=kept).values("tag")
    MemberTag.objects.filter(member=gone).exclude(tag__in=his).update(member=kept)
    MemberTag.objects.filter(member=gone).delete()
    Member.objects.filter(merged_into=gone).update(merged_into=kept)
    kept.nickname = kept.nickname or gone.nickname
    kept.avatar = kept.avatar or gone.avatar
    if not kept.phone:
        kept.phone, kept.phone_digest = gone.phone, gone.phone_digest
    kept.save(update_fields=["nickname", "avatar", "phone", "phone_digest"])
    Member.objects.filter(pk=gone.pk).update(
        merged_into=kept, unionid=None, nickname="", avatar="", phone="", phone_digest=""
    )
    audit.record("members.merge", by=WECHAT, object=kept, note=f"会员 {gone.pk} 与会员 {kept.pk} 是同一个人")
    announce(MembersMerged(kept_id=kept.pk, gone_id=gone.pk))
