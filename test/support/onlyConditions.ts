import type { Form, Study } from '../../src/studies/study.ts';

/** The study with trials of these conditions alone: for tests, which need not measure all of them. */
export function onlyConditions<F extends Form, S>(
  study: Study<F, S>,
  ...conditions: readonly string[]
): Study<F, S> {
  return {
    ...study,
    trials: (form) => study.trials(form).filter(({ condition }) => conditions.includes(condition)),
  };
}
