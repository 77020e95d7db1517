// The server says what the box's clock shows; from there it ticks like any clock.
const started = Date.now();
const beijing = (options) => new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", hourCycle: "h23", ...options });
const short = beijing({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const long = beijing({ year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" });
const tick = () => {
  for (const shown of document.querySelectorAll("time[data-epoch]")) {
    const at = new Date(Number(shown.dataset.epoch) * 1000 + Date.now() - started);
    shown.textContent = ("long" in shown.dataset ? long : short).format(at);
  }
};
tick();
setInterval(tick, 500);

// A chat shows what was answered without being reloaded.
const live = document.querySelector("[data-live]");
if (live) {
  live.scrollTop = live.scrollHeight;
  setInterval(async () => {
    const answer = await fetch(location.href).catch(() => null);
    if (!answer || !answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(live.id);
    if (fresh && fresh.innerHTML !== live.innerHTML) {
      live.innerHTML = fresh.innerHTML;
      live.scrollTop = live.scrollHeight;
    }
  }, 1500);
}
