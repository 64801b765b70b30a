const ms = (time) => `${time < 10 ? time.toFixed(1) : Math.round(time)} ms`;

// ms: the server's own time, if it says so; elapsed: from question to answer.
export const timeTaken = ({ ms: own, elapsed }) => own === undefined ? `Read in ${ms(elapsed)}.`
  : `Read in ${ms(own)}; ${ms(elapsed)} with the way to the server and back.`;
