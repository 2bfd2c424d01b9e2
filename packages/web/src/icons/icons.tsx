import type { ReactNode } from "react";

/** A drawing of 20 by 20 units in the colour of the text; what it means is said beside it. */
function icon(children: ReactNode) {
  return function Icon() {
    return (
      <svg
        aria-hidden="true"
        viewBox="0 0 20 20"
        width="20"
        height="20"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
      >
        {children}
      </svg>
    );
  };
}

export const KeyIcon = icon(
  <>
    <circle cx="6.5" cy="13.5" r="3.5" />
    <path d="M9 11 16.5 3.5M13 7l2.5 2.5M15.5 4.5l1.5 1.5" />
  </>,
);

export const EyeIcon = icon(
  <>
    <path d="M1.8 10S4.8 4.5 10 4.5 18.2 10 18.2 10s-3 5.5-8.2 5.5S1.8 10 1.8 10Z" />
    <circle cx="10" cy="10" r="2.6" />
  </>,
);

export const EyeOffIcon = icon(
  <>
    <path d="M1.8 10S4.8 4.5 10 4.5 18.2 10 18.2 10s-3 5.5-8.2 5.5S1.8 10 1.8 10Z" />
    <path d="M3.5 16.5 16.5 3.5" />
  </>,
);

export const ChevronIcon = icon(<path d="m7.5 4.5 5.5 5.5-5.5 5.5" />);

export const CloseIcon = icon(<path d="m5 5 10 10M15 5 5 15" />);

/** The mark: a portafilter, seen from the side. */
export const Mark = icon(
  <>
    <path d="M1.5 6.5h10" strokeWidth="2" />
    <path d="M2.8 7v3.2c0 1.7 1.3 3 3 3h1.4c1.7 0 3-1.3 3-3V7" />
    <path d="M6.5 13.4v1.4m-2 2.7v-.9c0-1 .8-1.8 1.8-1.8h.4c1 0 1.8.8 1.8 1.8v.9" />
    <path d="m11.5 7.6 6.2 1.6" strokeWidth="2.6" />
  </>,
);
