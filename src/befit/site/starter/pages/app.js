// Shows how many clicks the server has counted. The banner needs none of this: <befit-slot> follows by itself.
const dots = document.querySelectorAll(".dots li");
const count = document.querySelector(".count");

window.befit?.onProfile(({ signals = {} }) => {
  const clicks = signals.clicks ?? 0;
  dots.forEach((dot, i) => dot.classList.toggle("on", i < clicks));
  count.textContent = clicks ? `${clicks} ${clicks === 1 ? "click" : "clicks"} within the last hour` : "";
});
