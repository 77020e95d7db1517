"""The addresses of code management, of the upload that stands in for miniprogram-ci, and of the desk."""

from starlette.routing import Route

from wechatbox.launch import account, audits, control, desk, releases, uploading, versions
from wechatbox.miniprogram.answers import served
from wechatbox.person import pages
from wechatbox.person.answers import answered

_BOTH = ["GET", "POST"]

routes = [
    Route("/wxa/commit", served("POST", versions.commit), methods=_BOTH),
    Route("/wxa/get_qrcode", served("GET", versions.trial_qrcode), methods=_BOTH),
    Route("/wxa/get_category", served("GET", versions.categories), methods=_BOTH),
    Route("/wxa/get_page", served("GET", versions.pages), methods=_BOTH),
    Route("/wxa/security/get_code_privacy_info", served("GET", versions.privacy_info), methods=_BOTH),
    Route("/wxa/submit_audit", served("POST", audits.submit), methods=_BOTH),
    Route("/wxa/uploadmedia", served("POST", account.upload_media, account.media_form), methods=_BOTH),
    Route("/wxa/get_auditstatus", served("POST", audits.status), methods=_BOTH),
    Route("/wxa/get_latest_auditstatus", served("GET", audits.latest_status), methods=_BOTH),
    Route("/cgi-bin/material/get_material", served("POST", account.material), methods=_BOTH),
    Route("/wxa/undocodeaudit", served("GET", audits.undo), methods=_BOTH),
    Route("/wxa/speedupaudit", served("POST", audits.speed_up), methods=_BOTH),
    Route("/wxa/queryquota", served("GET", audits.quota), methods=_BOTH),
    Route("/wxa/release", served("POST", releases.release), methods=_BOTH),
    Route("/wxa/grayrelease", served("POST", releases.grey), methods=_BOTH),
    Route("/wxa/getgrayreleaseplan", served("GET", releases.grey_plan), methods=_BOTH),
    Route("/wxa/revertgrayrelease", served("GET", releases.revert_grey), methods=_BOTH),
    Route("/wxa/revertcoderelease", served("GET", releases.revert), methods=_BOTH),
    Route("/wxa/getversioninfo", served("POST", account.version_info), methods=_BOTH),
    Route("/wxa/change_visitstatus", served("POST", account.change_visits), methods=_BOTH),
    Route("/wxa/getvisitstatus", served("POST", account.visits), methods=_BOTH),
    Route("/cgi-bin/component/setprivacysetting", served("POST", account.set_privacy), methods=_BOTH),
    Route("/cgi-bin/component/getprivacysetting", served("POST", account.get_privacy), methods=_BOTH),
    Route("/_box/publishing", answered(control.set_publishing), methods=["POST"]),
    Route("/_box/ci/key", answered(control.new_key), methods=["POST"]),
    Route("/_box/ci/upload", uploading.handled(uploading.upload), methods=["POST"]),
    Route("/_box/ci/preview", uploading.handled(uploading.preview), methods=["POST"]),
    Route("/_box/templates", uploading.handled(uploading.add_template), methods=["POST"]),
    Route("/_box/versions", answered(control.list_versions), methods=["GET"]),
    Route("/_box/version", answered(control.which_version), methods=["GET"]),
    Route("/_box/console", answered(control.console), methods=["POST"]),
    Route("/_box/audits", answered(control.list_audits), methods=["GET"]),
    Route("/_box/audits/rules", answered(control.list_rules), methods=["GET"]),
    Route("/_box/audits/rules", answered(control.add_rule), methods=["POST"]),
    Route("/_box/audits/rules", answered(control.clear_rules), methods=["DELETE"]),
    Route("/_box/audits/{number:int}", answered(control.show_audit), methods=["GET"]),
    Route("/_box/audits/{number:int}", answered(control.decide), methods=["POST"]),
    Route("/audits", pages.shown_by(desk.audits_page), methods=["GET"]),
    Route("/audits", desk.judged, methods=["POST"]),
    Route("/audits/picture/{media_id}", desk.picture, methods=["GET"]),
    Route("/versions", pages.shown_by(desk.versions_page), methods=["GET"]),
    Route("/versions", pages.sent_to(desk.console), methods=["POST"]),
]
