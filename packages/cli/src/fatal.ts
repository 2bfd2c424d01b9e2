/** Something that stops a command and that the person at the terminal can mend. One line, no stack. */
export class Fatal extends Error {
  override readonly name = "Fatal";
}
