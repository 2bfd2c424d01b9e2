import styles from "./PythonCode.module.css";
import { pythonTokens } from "./python.ts";

type Props = {
  readonly source: string;
  readonly label: string;
};

/** Python source with its syntax in colour. */
export function PythonCode({ source, label }: Props) {
  return (
    <pre className={styles.code} aria-label={label} role="region" tabIndex={0}>
      <code>
        {pythonTokens(source).map(({ kind, text }, index) =>
          kind === null ? (
            text
          ) : (
            // The list never changes for one source, so places are good keys.
            <span key={index} className={styles[kind]}>
              {text}
            </span>
          ),
        )}
      </code>
    </pre>
  );
}
