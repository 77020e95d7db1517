"""Which row of the permission table opens each page of the console that is no list of one model's rows.

Lists and forms of models say it themselves (`ConsoleAdmin.resource`, `Verb.permission`). Tests and `fangcun test
security` hold every address of the console against both.
"""

from __future__ import annotations

from collections.abc import Mapping

from fangcun.doors.console.insight.pages import PAGES as QUESTION_PAGES
from fangcun.doors.console.plan.pages import PAGES

BY_NAME: Mapping[str, str] = {
    "overview-numbers": "insight.view",
    "orders_order_export": "orders.view",
    "catalog_product_stock": "stock.change",
    "groupbuy_group_dissolve": "grow.change",  # and payments.refund: see test_groupbuy
    **{f"plan_{page.name}": "plan.view" for page in PAGES},  # these and the next: see test_plan_pages
    "launch_releases": "launch.view",  # these and the next: see test_launch_releases
    "launch_release": "launch.view",
    "launch_release_live": "launch.view",
    "launch_release_quota": "launch.view",
    "launch_release_shot": "launch.view",
    "launch_release_act": "launch.release",
    "launch_release_dossier": "launch.view",
    "launch_release_kit": "launch.view",
    "launch_release_kit_file": "launch.view",
    "launch_release_kit_picture": "launch.view",
    "launch_rollouts": "launch.view",  # these and the next: see test_launch_rollouts
    "launch_rollout": "launch.view",
    "launch_rollout_live": "launch.view",
    "launch_rollout_act": "launch.release",
    "launch_flags": "launch.view",
    "launch_flag": "launch.view",
    "launch_flag_act": "launch.change",
    "launch_builds": "launch.view",
    "launch_build": "launch.view",
    "launch_build_progress": "launch.view",
    "launch_build_cancel": "launch.change",
    "launch_build_delete": "launch.change",
    "launch_build_package": "launch.view",
    "launch_build_manifest": "launch.view",
    "launch_checks": "launch.view",  # these and the next: see test_launch_checks
    "launch_check": "launch.view",
    "launch_check_progress": "launch.view",
    "launch_check_report": "launch.view",
    "launch_check_picture": "launch.view",
    "launch_check_history": "launch.view",
    "launch_check_waivers": "launch.view",
    "launch_check_rules": "launch.view",
    "launch_check_start": "launch.change",
    "launch_check_cancel": "launch.change",
    "launch_check_waive": "launch.change",
    "launch_check_lift": "launch.change",
    "launch_board": "launch.view",  # these and the next: see test_launch_papers
    "launch_papers": "launch.view",
    "launch_paper": "launch.view",
    "launch_permissions": "launch.view",
    "launch_environments": "launch.view",
    "launch_selftest": "launch.view",
    "launch_selftest_results": "launch.view",
    "launch_checklist": "launch.view",
    "launch_paper_new": "launch.change",
    "launch_papers_adopt": "launch.change",
    "launch_paper_attach": "launch.change",
    "launch_paper_file": "launch.change",
    "launch_paper_file_remove": "launch.change",
    "launch_paper_settle": "launch.change",
    "launch_permissions_say": "launch.change",
    "launch_permissions_probe": "launch.change",
    "launch_environments_key": "launch.change",
    "launch_selftest_start": "launch.change",
    "launch_checklist_word": "launch.change",
    "launch_reports": "launch.view",  # these and the next: see test_launch_reports
    "launch_report": "launch.view",
    "launch_report_file": "launch.view",
    "plan_print": "plan.view",
    "plan_schedule_verb": "plan.change",
    "plan_edit": "plan.change",  # these and the next: see test_plan_editing
    "plan_edit_start": "plan.change",
    "plan_edit_schema": "plan.change",
    "plan_edit_form": "plan.change",
    "plan_edit_item": "plan.change",
    "plan_edit_findings": "plan.change",
    "plan_edit_text": "plan.change",
    "plan_edit_check": "plan.change",
    "plan_edit_save": "plan.change",
    "plan_edit_publish": "plan.change",
    "plan_edit_rebase": "plan.change",
    "plan_edit_discard": "plan.change",
    "plan_revisions": "plan.view",
    "plan_revision_compare": "plan.view",
    "plan_revision": "plan.view",
    "plan_revision_restore": "plan.publish",
    **{  # these and the next: see test_insight_pages
        f"insight_{page.name}{part}": "insight.view"
        for page in QUESTION_PAGES
        for part in ("", "_answer", "_csv")
    },
    "insight_boards": "insight.view",
    "insight_dashboard": "insight.view",
    "insight_dropped": "insight.view",
    "insight_dropped_list": "insight.view",
    "insight_dropped_csv": "insight.view",
    "insight_dropped_keep": "insight.change",
    "insight_segments": "insight.view",  # these and the next: see test_insight_segments
    "insight_segment_new": "insight.change",
    "insight_segment_make": "insight.change",
    "insight_segment_preview": "insight.view",
    "insight_persona": "insight.view",
    "insight_persona_answer": "insight.view",
    "insight_segment_edit": "insight.change",
    "insight_segment_save": "insight.change",
    "insight_segment_verb": "insight.change",
    "insight_experiments": "insight.view",  # these and the next: see test_insight_experiments
    "insight_experiment_new": "insight.change",
    "insight_experiment_make": "insight.change",
    "insight_experiment_usual": "insight.change",
    "insight_experiment_usual_of": "insight.change",
    "insight_experiment": "insight.view",
    "insight_experiment_answer": "insight.view",
    "insight_experiment_edit": "insight.change",
    "insight_experiment_save": "insight.change",
    "insight_experiment_verb": "insight.change",
    "conversations": "conversations.view",  # these and the next: see test_conversations
    "conversations_list": "conversations.view",
    "conversations_settings": "conversations.view",
    "conversations_numbers": "conversations.view",
    "conversation": "conversations.view",
    "conversation_thread": "conversations.view",
    "conversation_picture": "conversations.view",
    "conversation_products": "conversations.answer",
    "conversation_segments": "members.view",
    "conversation_say": "conversations.answer",
    "conversation_verb": "conversations.answer",
    "conversation_export": "members.change",
    "care_consents": "messages.view",  # these and the next: see test_care_pages
    "care_planner": "messages.view",
    "care_ask": "messages.change",
    "care_template": "messages.view",
    "care_template_preview": "messages.view",
    "care_template_test": "messages.change",
    "care_settings": "messages.view",
    "care_automations": "messages.view",
    "care_automation": "messages.view",
    **{
        f"care_automation_{what}": "messages.change"
        for what in (
            "new",
            "make",
            "who",
            "use",
            "edit",
            "save",
            "who_of",
            "verb",
        )
    },
    "insight_timeline": "members.view",  # and insight.view: see test_insight_timeline
    "insight_store": "insight.view",
    "insight_progress": "insight.view",
    "insight_cancel": "insight.view",
    "insight_save": "insight.change",
    "insight_saved_verb": "insight.change",
    "insight_dashboard_make": "insight.change",
    "insight_dashboard_verb": "insight.change",
    "links_report": "grow.view",  # these and the next: see test_links
    "links_report_csv": "grow.view",
    "links_attribution": "grow.change",
    "links_link_code": "grow.view",
    "links_link_addresses": "grow.change",
    "links_batch_file": "grow.view",
    "referral_rules": "grow.view",
    "referral_leaderboard": "grow.view",
    "offers_stacking": "grow.view",  # these and the next: see test_offers
    "offers_coupon_preview": "grow.view",
    "offers_coupon_give": "grow.change",
    "offers_coupon_givings": "grow.view",
    "offers_coupon_codes": "grow.change",
    "offers_coupon_codes_csv": "grow.change",
    "loyalty_rules": "grow.view",  # these and the next: see test_loyalty
    "loyalty_tiers": "grow.view",
    "loyalty_prices": "grow.view",
    "loyalty_give": "grow.change",
    "loyalty_sign_ups": "grow.view",
    "loyalty_attend": "grow.change",
    "loyalty_sign_ups_csv": "grow.view",
}
