import type { HardhatPlugin } from "hardhat/types/plugins";

/** Whether a compiler message is about a package: solc 0.8 names the file after `-->`, solc 0.6 at the start. */
function isAboutDependency(message: string): boolean {
  const location = /-->\s+(\S+)/.exec(message)?.[1] ?? message;
  return /^npm\/|(^|\/)node_modules\//.test(location);
}

/** "Contract code size is" and "Contract initcode size is": test/gas looks after the size of what is deployed. */
const SIZE_WARNINGS = new Set(["5574", "3860"]);

/**
 * Hardhat plugin: compiler warnings about dependencies are not printed, because nobody here can fix them and they
 * would hide our own; nor are those about sizes. Errors are always printed. (Our own warnings fail `make test`, see
 * compiler-warnings.ts.)
 */
const quietDependencies: HardhatPlugin = {
  id: "plimsoll:quiet-dependencies",
  hookHandlers: {
    solidity: () =>
      Promise.resolve({
        default: () =>
          Promise.resolve({
            getCompilationJobErrors: async (context, job, output, next) => {
              const diagnostics = await next(context, job, output);
              return diagnostics.filter(
                ({ severity, errorCode, formattedMessage }) =>
                  severity === "error" ||
                  !(SIZE_WARNINGS.has(errorCode ?? "") || isAboutDependency(formattedMessage ?? "")),
              );
            },
          }),
      }),
  },
};

export default quietDependencies;
