import { EyeIcon, EyeOffIcon } from "../icons/icons.tsx";
import styles from "./EyeButton.module.css";

type Props = {
  readonly shown: boolean;
  readonly words: { readonly show: string; readonly hide: string };
  readonly onToggle: () => void;
};

/** Shows or hides what is in the field beside it; named by what pressing it does. */
export function EyeButton({ shown, words, onToggle }: Props) {
  return (
    <button
      type="button"
      className={styles.eye}
      aria-label={shown ? words.hide : words.show}
      onClick={onToggle}
    >
      {shown ? <EyeOffIcon /> : <EyeIcon />}
    </button>
  );
}
