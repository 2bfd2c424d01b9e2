import { type SubmitEvent, useEffect, useRef, useState } from "react";

/** What is wrong, by field; `form` is what belongs to none. */
export type Problems<Field extends string> = Readonly<Partial<Record<Field | "form", string>>>;

type Options<Field extends string> = {
  readonly fields: readonly Field[];
  /** What can be said before the server is asked; an empty object lets the form go. */
  readonly check: (values: Record<Field, string>) => Problems<Field>;
  /** Acts. The values may be secret material: they go to the server and nowhere else. */
  readonly submit: (values: Record<Field, string>, form: HTMLFormElement) => Promise<void>;
  /** Where and in which words a failure of `submit` is shown. */
  readonly explain: (error: unknown) => Problems<Field>;
};

/**
 * A form that is sent by script alone. Values live in the fields; problems stand at their fields, and
 * the first of them gets the focus. While it acts, sending it again does nothing.
 */
export function useForm<Field extends string>(options: Options<Field>) {
  const ref = useRef<HTMLFormElement>(null);
  const [busy, setBusy] = useState(false);
  const [problems, setProblems] = useState(() => ({}) as Problems<Field>);
  const gone = useRef(false);
  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
    };
  }, []);
  useEffect(() => {
    ref.current
      ?.querySelector<HTMLElement>('[aria-invalid="true"], [data-form-problem]:not(:empty)')
      ?.focus();
  }, [problems]);

  const act = async (form: HTMLFormElement) => {
    const values = valuesOf(form, options.fields);
    const found = options.check(values);
    setProblems(found);
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    try {
      await options.submit(values, form);
    } catch (error) {
      if (!gone.current) setProblems(options.explain(error));
    } finally {
      if (!gone.current) setBusy(false);
    }
  };
  const props = {
    ref,
    noValidate: true,
    method: "post",
    onSubmit(event: SubmitEvent<HTMLFormElement>) {
      event.preventDefault();
      if (!busy) void act(event.currentTarget);
    },
  } as const;
  return { props, busy, problems };
}

function valuesOf<Field extends string>(
  form: HTMLFormElement,
  fields: readonly Field[],
): Record<Field, string> {
  const data = new FormData(form);
  const values = {} as Record<Field, string>;
  for (const field of fields) {
    const value = data.get(field);
    values[field] = typeof value === "string" ? value : "";
  }
  return values;
}
