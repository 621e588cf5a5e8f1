import Foundation
import TestKit
import Testing

/// A folder with one night of raw files and, where asked, published features.
private func root(published: Bool) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    func lines(_ count: Int, _ line: (Int) -> String) -> String { (0..<count).map { line($0) + "\n" }.joined() }
    try folder.write(lines(20) { "\($0 * 30) 2" }, to: "root/labels/7_labeled_sleep.txt")
    try folder.write(lines(130) { "\($0 * 5),\(60 + $0 % 9)" }, to: "root/heart_rate/7_heartrate.txt")
    try folder.write(lines(7_000) { "\(Double($0) / 10) 0 0 \($0 % 3)" }, to: "root/motion/7_acceleration.txt")
    if published {
        for name in ["count_feature", "hr_feature", "time_feature", "cosine_feature", "psg_labels"] {
            try folder.write("1\n2\n", to: "root/features_walch/7_\(name).out")
        }
    }
    return folder
}

private func made(_ folder: TemporaryFolder, _ arguments: String...) throws -> ProgramResult {
    let common = ["data", "sleep-accel", "--root", folder.path("root"), "--out", folder.path("out")]
    return try ProgramRun(common + arguments).result()
}

@Test func publishedFeaturesAreTakenWhereTheyAreAndRawFilesOtherwise() throws {
    let both = try root(published: true)
    let published = try made(both, "--features", "published")
    #expect(published.output.contains("2 samples of 4 x 11 values (sleep-accel), 1 subject"))
    #expect(published.errors.contains("note: these are the features in features_walch; --from raw"))
    #expect(
        try made(both, "--features", "published", "--from", "raw").output
            .contains("18 samples of 4 x 11 values (sleep-accel-raw)"))
    #expect(try made(both, "--features", "count,hr,time,cosine", "--from", "published").errors.isEmpty)
    #expect(
        try made(both, "--content", "windows").output.contains("18 samples of 30 x 32 values (sleep-accel-windows)"))
    let raw = try root(published: false)
    let result = try made(raw, "--features", "time,hr", "--window", "3")
    #expect(result.output.contains("18 samples of 2 x 3 values (sleep-accel-raw)"), "\(result.errors)")
    #expect(result.errors.contains("2 sleep epochs in all"))
    let windows = try made(raw, "--content", "windows", "--channels", "x,hr", "--rate", "5")
    #expect(windows.output.contains("18 samples of 30 x 10 values"))
}

@Test func withoutBeingAskedForAnythingElseNightsHaveTheInputsOfSleep() throws {
    let raw = try root(published: false)
    #expect(try made(raw).output.contains("18 samples of 29 x 1 values (sleep-accel-night), 1 subject,"))
    #expect(try made(raw, "--features", "night", "--window", "5").output.contains("18 samples of 29 x 5 values"))
    let both = try root(published: true)
    for name in ["count_feature", "hr_feature", "time_feature", "psg_labels"] {
        let lines = (2..<18).map {
            name == "time_feature" ? "\(Double($0 - 2) / 120)" : name == "psg_labels" ? "2" : "\($0)"
        }
        try both.write(lines.map { $0 + "\n" }.joined(), to: "root/features_walch/7_\(name).out")
    }
    let ambiguous = try made(both)
    #expect(ambiguous.status == 1 && ambiguous.errors.count { $0 == "\n" } == 2)  // and the note on --from
    #expect(ambiguous.errors.contains("its hours and stages fit 5 places in labels"))
    try both.write(
        (0..<20).map { "\($0 * 30) \((2..<18).contains($0) ? 2 : -1)\n" }.joined(),
        to: "root/labels/7_labeled_sleep.txt")
    let made = try made(both)
    #expect(made.output.contains("16 samples of 29 x 1 values (sleep-accel-night)"), "\(made.errors)")
    #expect(made.errors.contains("note: activity counts and hr are those in features_walch; --from raw"))
}

@Test func aFeatureThatRawFilesDoNotGiveIsNamed() throws {
    let folder = try root(published: false)
    let result = try made(folder, "--features", "hr,circadian")
    #expect(result.status == 1 && result.output.isEmpty && result.errors.count { $0 == "\n" } == 1)
    #expect(result.errors.contains("there is no circadian, only count, hr, time, cosine, steps (circadian comes from"))
    #expect(try made(folder, "--content", "windows", "--channels", "w").errors.contains("only x, y, z, magnitude, hr"))
    #expect(
        try made(folder, "--features", "steps").errors.contains("expected the folders steps in it"))
    #expect(try folder.contents == ["root"])
}

@Test(arguments: [
    ["--channels", "x"], ["--rate", "32"], ["--features", "published", "--rate", "50"],
    ["--content", "windows", "--features", "night"], ["--content", "windows", "--window", "11"],
])
func anOptionOfOtherSamplesIsRefusedAndSaidToBe(arguments: [String]) throws {
    let folder = try root(published: false)
    let result = try ProgramRun(
        ["data", "sleep-accel", "--root", folder.path("root"), "--out", folder.path("out")] + arguments
    ).result()
    let (option, content) =
        arguments[0] == "--content" ? (arguments[2], "features") : (arguments.dropLast().last, "windows")
    let words = "\(option ?? "") goes with --content \(content): leave it out, or give that"
    #expect(result.status != 0 && result.errors.contains(words), "\(result.errors)")
    #expect(try folder.contents == ["root"])
}

@Test(arguments: [
    ["--content", "windows", "--rate", "0"], ["--content", "windows", "--channels", "x,x"],
    ["--from", "published", "--content", "windows"], ["--from", "somewhere"],
    ["--features", "night,steps"], ["--features", "published,steps"],
])
func wrongOptionsOfSleepAccelSayHowItIsUsed(arguments: [String]) throws {
    let common = ["data", "sleep-accel", "--root", "x", "--out", "y"]
    let result = try ProgramRun(common + arguments).result()
    #expect(result.status != 0 && result.errors.contains("Usage: ssrm data sleep-accel"))
}
