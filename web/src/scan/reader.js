// Reading codes in pictures, beside the page so that it stays smooth: QR and Code 128.
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

const OPTIONS = { formats: ["QRCode", "Code128"], tryHarder: true, tryRotate: true, tryInvert: true, maxNumberOfSymbols: 1 };

self.onmessage = async ({ data }) => {
  if (data.wasm) {
    prepareZXingModule({ overrides: { locateFile: () => data.wasm }, fireImmediately: true })
      .then(() => self.postMessage({ ready: true }), (error) => self.postMessage({ error: String(error) }));
    return;
  }
  try {
    const image = new ImageData(new Uint8ClampedArray(data.pixels), data.width, data.height);
    const [found] = await readBarcodes(image, OPTIONS);
    self.postMessage({ text: found?.text ?? null });
  } catch (error) {
    self.postMessage({ text: null, error: String(error) });
  }
};
