// A file that the page holds and the browser saves: it has no address of its own that somebody else could open.
const addresses = new WeakMap(); // element: the address within this browser

function forget(root) {
  URL.revokeObjectURL(addresses.get(root));
  addresses.delete(root);
}

export default function ({ parentElement: root, data }) {
  forget(root);
  const bytes = Uint8Array.from(atob(data.content), (sign) => sign.charCodeAt(0));
  const address = URL.createObjectURL(new Blob([bytes], { type: data.mime }));
  addresses.set(root, address);
  const picture = root.querySelector("img");
  picture.hidden = !data.alt;
  if (data.alt) Object.assign(picture, { src: address, alt: data.alt });
  const link = root.querySelector("a");
  Object.assign(link, { href: address, download: data.name, textContent: data.label });
  return () => forget(root);
}
