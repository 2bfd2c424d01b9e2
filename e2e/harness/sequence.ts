import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Begins with the test that only waits, so that the others run while it does. */
export class PatienceFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const waits = ({ moduleId }: TestSpecification) => moduleId.endsWith("/patience.test.ts");
    return [...sorted.filter(waits), ...sorted.filter((file) => !waits(file))];
  }
}
