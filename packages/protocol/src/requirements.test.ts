import { expect, test } from "vitest";
import { isUnpinnedAddress, requirementLines } from "./requirements.ts";

const sha = "0".repeat(64);
const wheel = "https://example.org/helper-1.0-py3-none-any.whl";

test("lines are requirements without comments; a fragment of an address is none", () => {
  const text = `# tools\r\n\nhelper==1.2  # the one\n${wheel}#sha256=${sha}\n  other\n`;
  expect(requirementLines(text)).toEqual(["helper==1.2", `${wheel}#sha256=${sha}`, "other"]);
});

test.each([
  ["helper", false],
  ["helper[extra]>=1.0,<2 ; python_version > '3'", false],
  [`${wheel}#sha256=${sha}`, false],
  [`helper @ ${wheel}#sha256=${sha}`, false],
  [`helper[a,b] @ ${wheel}#egg=helper&sha256=${sha} ; python_version > "3"`, false],
  [wheel, true],
  [`helper @ ${wheel}`, true],
  [`helper@${wheel}`, true],
  ["helper-1.0-py3-none-any.whl", true],
  ["/helper-1.0-py3-none-any.whl", true],
  ["emfs:/helper-1.0-py3-none-any.whl", true],
  ["helper @ file:helper.zip", true],
  [`${wheel}#sha256=${"0".repeat(63)}`, true],
  [`${wheel}#sha256=`, true],
  [`${wheel}#md5=${sha}`, true],
  [`${wheel}#SHA256=${sha}`, true],
  [`${wheel}#x#sha256=${sha}`, true],
  [`${wheel} ; x == "#sha256=${sha}"`, true],
  [`${wheel}?#xsha256=${sha}`, true],
  [`${wheel}\u00a0#sha256=${sha}`, true],
  [wheel.replace("://", ":/\t/").replace(".whl", ".w\thl"), true],
  [wheel.replace("://", ":/\r/").replace(".whl", ".w\rhl"), true],
  [`${wheel.replace(".whl", ".w\thl")}#sha256=${sha}`, true],
])("attack A11: whether %j may be another tomorrow: %j", (line, expected) => {
  expect(isUnpinnedAddress(line)).toBe(expected);
});
