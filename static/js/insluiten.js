// In the frame: tell the page around it how high the list is.
const tell = () => window.parent.postMessage({ stagematchHoogte: document.documentElement.scrollHeight }, "*");
new ResizeObserver(tell).observe(document.body);
tell();
