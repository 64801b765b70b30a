// Probabilities in words. They are calibrated to 1 to 2 % (docs/results.md), so 0.6 means right 6 times in 10.

// Below it, more than three of ten answers would be wrong.
const sureFrom = 0.7;

export const isSure = (probability) => probability >= sureFrom;

export const percent = (probability) => probability < 0.001 ? "< 0.1 %" : `${(100 * probability).toFixed(1)} %`;

export const timesInTen = (probability) => `about ${Math.max(1, Math.round(10 * probability))} times in 10`;
