// Zig's words, strings and numbers: enough to colour a policy.

import type { StreamParser } from "@codemirror/language";

const KEYWORDS = new Set(
  (
    "addrspace align allowzero and anyframe anytype asm async await break callconv catch " +
    "comptime const continue defer else enum errdefer error export extern fn for if inline linksection " +
    "noalias noinline nosuspend opaque or orelse packed pub resume return struct suspend switch " +
    "test threadlocal try union unreachable usingnamespace var volatile while"
  ).split(" "),
);
const TYPE = /^(?:[iu]\d+|f(?:16|32|64|80|128)|usize|isize|bool|void|noreturn|type|anyerror)$/;

export const zig: StreamParser<null> = {
  name: "zig",
  startState: () => null,
  token(stream) {
    if (stream.eatSpace()) return null;
    if (stream.match("//") || stream.match("\\\\")) {
      const comment = stream.string[stream.pos - 1] === "/";
      stream.skipToEnd();
      return comment ? "comment" : "string";
    }
    if (stream.match(/^"(?:[^"\\]|\\.)*"?/) || stream.match(/^'(?:[^'\\]|\\.)*'?/)) return "string";
    if (stream.match(/^\d[\w.]*/)) return "number";
    if (stream.match(/^@\w+/)) return "meta";
    const word = stream.match(/^[A-Za-z_]\w*/);
    if (Array.isArray(word)) {
      const [text = ""] = word;
      if (KEYWORDS.has(text)) return "keyword";
      if (TYPE.test(text)) return "typeName";
      return /^(?:true|false|null|undefined)$/.test(text) ? "bool" : "variableName";
    }
    stream.next();
    return null;
  },
  languageData: { commentTokens: { line: "//" } },
};
