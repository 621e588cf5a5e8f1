/// Python with the packages that tests compare against.
public enum Python {
    private static let prelude = "import numpy, safetensors.numpy\n"

    /// Whether `python3` with NumPy and `safetensors` is there; a test that needs them is skipped with `absence` when
    /// not.
    public static let isHere = (try? run(script: "")).map { $0.status == 0 } ?? false

    /// Why a test that needs it is skipped.
    public static let absence = "no python3 with the packages numpy and safetensors"

    /// Whether `python3` is there with these packages.
    public static func has(_ packages: String...) -> Bool {
        let script = packages.map { "import \($0)\n" }.joined()
        return (try? run(script: script)).map { $0.status == 0 } ?? false
    }

    /// Runs a script to its end; `numpy` and `safetensors.numpy` are imported.
    ///
    /// - Parameters:
    ///   - script: the script's text.
    ///   - arguments: `sys.argv[1:]`.
    /// - Returns: the finished run.
    /// - Throws: when Python can't be started.
    public static func run(script: String, _ arguments: String...) throws -> ProgramResult {
        try ProgramRun(["python3", "-c", prelude + script] + arguments, program: "/usr/bin/env").result()
    }
}
