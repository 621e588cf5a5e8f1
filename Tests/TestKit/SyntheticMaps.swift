import Testing

/// A made-up dataset of 72 pressure maps of four people, made once by the program.
public struct SyntheticMaps: Sendable {
    private let folder: TemporaryFolder
    /// The dataset's file.
    public var data: String { folder.path("maps.safetensors") }

    private init() throws {
        folder = try TemporaryFolder()
        let made = try ProgramRun.ssrm(
            "data", "synthetic", "--kind", "pressure", "--subjects", "4", "--maps-per-posture", "6", "--seed", "2",
            "--out", folder.path("maps.safetensors"))
        try #require(made.status == 0, "\(made.errors)")
    }

    /// The one of this process.
    public static let shared = Result { try SyntheticMaps() }
}
