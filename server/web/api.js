// Who answers what the page asks: the server, or the reader on this device. server.js says what there is to ask.

import * as device from "./device.js";
import { isOnDevice } from "./place.js";
import * as server from "./server.js";

export { Refusal } from "./refusal.js";

const ask = (name) => async (...question) => ((await isOnDevice()) ? device : server)[name](...question);

export const readCharacter = ask("readCharacter");
export const explainCharacter = ask("explainCharacter");
export const readLine = ask("readLine");
export const readPage = ask("readPage");
export const listModels = ask("listModels");
export const listForms = ask("listForms");
export const formOf = ask("formOf");
