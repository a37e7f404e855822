import { pdf } from './pdf';
import { type Colour, png } from './png';
import { zip } from './zip';

/** `how-the-tide-works.pdf`: three pages with a chart. */
export const tidesGuide = (): Buffer =>
  pdf('How the Tide Works', [
    {
      heading: 'Twice a day, and late',
      paragraphs: [
        'The moon pulls the near side of the sea a little more than the earth beneath it, and the earth a little more than the far side of the sea. So there are two bulges of water, and the earth turns under both of them once a day.',
        'While it turns, the moon walks on in the same direction. The earth needs fifty minutes more to catch up with it, and so high water comes some fifty minutes later every day, and twice in twenty-four hours and fifty minutes.',
      ],
    },
    {
      heading: 'Springs and neaps',
      paragraphs: [
        'The sun does the same, with a bit less than half the strength: it is far heavier than the moon, and far further away. At full and new moon both pull along one line, and the range between high and low water is at its greatest. These are the spring tides, and they have nothing to do with the season.',
        'At half moon they pull at right angles, and the range is at its smallest. These are the neaps. Between the one and the other lies a week. On most coasts the sea is a day or two late for both.',
      ],
    },
    {
      heading: 'The rule of twelfths',
      paragraphs: [
        'Between low and high water lie about six hours. In the first hour the water rises by one twelfth of the range, in the second by two, in the third and the fourth by three, then by two and by one: half of it comes in the two hours in the middle. It is a rule of thumb. Where the coast is narrow or shallow, ask the table.',
      ],
      bars: [1, 2, 3, 3, 2, 1],
    },
  ]);

/** `six-knots.pdf`: two pages. */
export const knotsGuide = (): Buffer =>
  pdf('Six Knots Worth Knowing', [
    {
      heading: 'To hold',
      paragraphs: [
        'BOWLINE. A loop that does not slip and does not jam. Make a small loop in the standing part. The end comes up through it, around behind the standing part, and back down through the loop.',
        'FIGURE EIGHT. A stopper that keeps a line from running out of a block. Pass the end over the standing part, under it, and down through the first loop.',
        'ROUND TURN AND TWO HALF HITCHES. For a ring or a pole, tied and undone under load. Two full turns around it, then two half hitches, both the same way, around the standing part.',
      ],
    },
    {
      heading: 'To join and to hang',
      paragraphs: [
        'REEF KNOT. Right over left, left over right. It ties up a sail or a parcel. It must never join two ropes that carry a load.',
        'SHEET BEND. That is what joins two ropes, also of unequal thickness. A bight in the thick one; the thin one comes up through it, around behind both parts, and under itself.',
        'CLOVE HITCH. Two turns around a post, the second crossing the first, the end tucked under the crossing. Quick to make, and it works loose when the pull changes its direction: add a half hitch.',
      ],
    },
  ]);

/** `deep-water.zip`: the sea at four times of the day. */
export function wallpapers(): Buffer {
  const views: [name: string, surface: Colour, depth: Colour][] = [
    ['dawn.png', [246, 190, 160], [44, 62, 98]],
    ['noon.png', [128, 214, 220], [8, 76, 118]],
    ['dusk.png', [228, 120, 108], [36, 24, 72]],
    ['night.png', [52, 84, 120], [4, 8, 22]],
  ];
  return zip(views.map(([name, surface, depth]) => ({ name, bytes: seascape(surface, depth) })));
}

/** Nine swells, one behind the other, each a little deeper in colour. */
function seascape(surface: Colour, depth: Colour): Buffer {
  const [width, height, swells] = [1280, 800, 9];
  const palette = Array.from({ length: swells + 1 }, (_, n) => between(surface, depth, n / swells));
  const pixels = new Uint8Array(width * height);
  for (let x = 0; x < width; x += 1) {
    let y = 0;
    for (let n = 0; n <= swells; n += 1) {
      const crest = n < swells ? ((n + 0.6) * height) / swells + 18 * Math.sin(x / (90 + 14 * n) + n * 1.7) : height;
      for (; y < crest; y += 1) pixels[y * width + x] = n;
    }
  }
  return png(width, height, palette, pixels);
}

const between = (a: Colour, b: Colour, share: number): Colour =>
  a.map((value, i) => Math.round(value + ((b[i] ?? value) - value) * share)) as Colour;
