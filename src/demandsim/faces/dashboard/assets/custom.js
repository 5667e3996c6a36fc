// Solara leaves the language unsaid and forbids zooming.
document.documentElement.lang = "en-GB";
document.querySelector('meta[name="viewport"]')?.setAttribute("content", "width=device-width, initial-scale=1");
