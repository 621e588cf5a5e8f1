import Datasets
import Foundation
import Readers
import Signals
import TestKit
import Testing

/// On the published recordings, against counts and values that other programs found.
@Suite(.enabled(if: Recordings.areHere, Comment(rawValue: Recordings.absence)))
struct RealRecordingsTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func classCounts(_ dataset: Dataset, _ scheme: LabelScheme) throws -> [Int] {
        let labels = try dataset.labels(under: scheme)
        return try scheme.classes(for: dataset.vocabulary).indices.map { label in labels.count { $0 == label } }
    }

    private func pressureMaps(_ experiment: PressureMaps.Experiment) throws -> Dataset {
        let source = try PressureMaps(root: Recordings.root + "/pmd", experiment: experiment)
        #expect(source.skipped.isEmpty)
        _ = try source.write(to: folder.path("pmd"))
        return try Dataset(opening: folder.path("pmd"))
    }

    /// All files whose name matches a shell pattern, below a folder.
    private func files(below folder: String, _ pattern: String) throws -> [String] {
        let listing = try ProgramRun([folder, "-name", pattern], program: "/usr/bin/find").result().output
        return listing.split(separator: "\n").map(String.init)
    }

    @Test func experimentTwoHasEachMapOnce() throws {
        let dataset = try pressureMaps(.ii)
        let root = Recordings.root + "/pmd/experiment-ii"
        #expect(try dataset.samples.count == files(below: root, "Matrix_*.txt").count)
        #expect(dataset.samples.count == 351 && dataset.subjects == (1...6).map { "S\($0)" })
        let patterns = [["B*", "F*"], ["C*", "E[125]"], ["D*", "E[346]"]]
        let expected = try patterns.map { patterns in
            try patterns.reduce(0) { try $0 + files(below: root, "Matrix_*_\($1).txt").count }
        }
        #expect(try classCounts(dataset, .posture3) == expected)
        #expect(try classCounts(dataset, .postureFine) == Array(repeating: 12, count: 29))
        #expect(try dataset.labels(under: .posture3).count { $0 == nil } == 3)  // G1 to G3 of S3
    }

    @Test func experimentOneHasEveryFrameButTheSettlingOnes() throws {
        let dataset = try pressureMaps(.i)
        let paths = try files(below: Recordings.root + "/pmd/experiment-i", "*.txt")
        var frames = 0
        for path in paths {
            frames += try Data(contentsOf: URL(filePath: path)).count { $0 == UInt8(ascii: "\n") } - 2
        }
        #expect(dataset.samples.count == frames && frames == 12_756)
        #expect(dataset.recordings.count == 136 && dataset.subjects == (1...8).map { "S\($0)" })
        #expect(try classCounts(dataset, .posture3).reduce(0, +) == frames)
        #expect(
            try dataset.recordingRanges.allSatisfy { range in
                let labels = try dataset.labels(under: .postureFine)[range.samples]
                return Set(labels).count == 1
            })
    }

    @Test func lineEndsOfThePublishersFilesChangeNoBit() throws {
        let root = Recordings.root + "/pmd/experiment-ii/"
        for path in try files(below: root + "S1", "*.txt") {
            let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
            #expect(text.contains("\r\n"))
            let name = "experiment-ii/" + path.dropFirst(root.count)
            try folder.write(text, to: "crlf/" + name)
            try folder.write(text.replacing("\r\n", with: "\n"), to: "lf/" + name)
        }
        let digests = try ["crlf", "lf"].map { root in
            try PressureMaps(root: folder.path(root), experiment: .ii).write(to: folder.path("data-\(root)")).digest
        }
        #expect(digests[0] == digests[1])
    }

    @Test func sleepAccelHasEveryEpoch() throws {
        let root = Recordings.root + "/sleep-accel"
        _ = try SleepAccelFeatures(root: root).write(to: folder.path("sleep"))
        let dataset = try Dataset(opening: folder.path("sleep"))
        var counts: [Float: Int] = [:]
        for path in try files(below: root + "/features_walch", "*_psg_labels.out") {
            for line in try String(contentsOf: URL(filePath: path), encoding: .utf8).split(separator: "\n") {
                counts[Float(line) ?? .nan, default: 0] += 1
            }
        }
        let stages = (0...5).map { counts[Float($0)] ?? 0 }
        #expect(dataset.subjects.count == 24 && dataset.samples.count == stages.reduce(0, +))
        #expect(dataset.recordings.count == 24 + 85)  // jumps in the hours, counted by NumPy
        let expected = [stages[0], stages[1], stages[2], stages[3] + stages[4], stages[5]]
        #expect(try classCounts(dataset, .five) == expected)
        #expect(try classCounts(dataset, .wake) == [expected[0], expected[1...].reduce(0, +)])
    }

    @Test func wholeNightsHaveEveryScoredEpochAndThoseBetween() throws {
        let source = try SleepAccelNights(root: Recordings.root + "/sleep-accel", origin: .published)
        _ = try source.write(to: folder.path("nights"))
        let dataset = try Dataset(opening: folder.path("nights"))
        #expect(dataset.subjects.count == 24 && dataset.recordings == dataset.subjects)
        #expect(dataset.samples.count == 19_668 && dataset.samples.rows == 29)
        _ = try SleepAccelFeatures(root: Recordings.root + "/sleep-accel").write(to: folder.path("sleep"))
        let published = try Dataset(opening: folder.path("sleep"))
        for scheme in [LabelScheme.wake, .three, .five] {
            #expect(try classCounts(dataset, scheme) == classCounts(published, scheme))
        }
        // What the published features and these share: count, hr and time at the labelled sleep epochs.
        let labelled = (0..<dataset.samples.count).filter { dataset.code(of: $0) != nil }
        #expect(labelled.count == published.samples.count)
        for (row, other) in [(26, 0), (27, 1)] {
            #expect(
                zip(labelled, 0..<published.samples.count).allSatisfy {
                    dataset.samples[$0][row] == published.samples[$1][11 * other + 5]
                })
        }
    }

    @Test(.enabled(if: Python.isHere, Comment(rawValue: Python.absence)))
    func numPyReadsTheSameValues() throws {
        for experiment in PressureMaps.Experiment.allCases {
            _ = try PressureMaps(root: Recordings.root + "/pmd", experiment: experiment)
                .write(to: folder.path(experiment.rawValue))
        }
        _ = try SleepAccelFeatures(root: Recordings.root + "/sleep-accel").write(to: folder.path("sleep"))
        let result = try Python.run(
            script: """
                import sys, json
                def opened(name):
                    with safetensors.safe_open(f"{sys.argv[2]}/{name}", "numpy") as f:
                        return {k: f.get_tensor(k) for k in f.keys()}, {
                            k: json.loads(v) for k, v in f.metadata().items() if v.startswith("[")}
                for name, skip, step in [("i", 2, 13), ("ii", 0, 1)]:
                    t, m = opened(name)
                    for r in range(0, len(m["recordings"]), step):
                        path = f"{sys.argv[1]}/pmd/experiment-{name}/{m['recordings'][r]}.txt"
                        own = t["recording"] == r
                        x = numpy.loadtxt(path, ndmin=2)[skip:].astype(numpy.float32).reshape(-1, *t["samples"].shape[1:])
                        assert numpy.array_equal(t["samples"][own], x), path
                        assert t["position"][own].tolist() == list(range(skip, skip + len(x))), path
                        assert m["recordings"][r].startswith(m["subjects"][t["subject"][own][0]] + "/"), path
                        code = m["codes"][t["label"][own][0]]
                        assert path.endswith(f"/{code}.txt") or path.endswith(f"_{code}.txt"), path
                t, m = opened("sleep")
                for r, subject in enumerate(m["subjects"]):
                    own = t["subject"] == r
                    for k, feature in enumerate(["count", "hr", "time", "cosine"]):
                        x = numpy.loadtxt(f"{sys.argv[1]}/sleep-accel/features_walch/{subject}_{feature}_feature.out")
                        assert numpy.array_equal(t["samples"][own][:, k, 5], x.astype(numpy.float32)), subject
                print("same")
                """, Recordings.root, folder.url.path)
        #expect(result.output == "same\n", "\(result.errors)")
    }
}

extension RealRecordingsTests {
    @Test func slpdbHasEverySleepEpochWithHeartBeats() throws {
        let root = Recordings.root + "/slpdb"
        let written = try SlpdbRecords(root: root).write(to: folder.path("slpdb"))
        let dataset = try Dataset(opening: folder.path("slpdb"))
        #expect(dataset.subjects.count == 12 && dataset.recordings.count == 16 && dataset.samples.count == 7974)
        #expect(dataset.recordings.prefix(5) == ["slp01a", "slp01b", "slp02a", "slp02b", "slp03"])
        // Of the annotated stages (awk on the .an files), those of the 26 sleep epochs without enough beats are not
        // there.
        let annotated = [2120, 1398, 3235, 577, 604]
        let counts = try classCounts(dataset, .five)
        #expect(zip(annotated, counts).allSatisfy { $0 >= $1 })
        let missing: Int = zip(annotated, counts).reduce(0) { $0 + $1.0 - $1.1 }
        #expect(missing <= 26)
        #expect(written.skipped.filter { $0.kind == .sleepEpoch }.map(\.count) == [18, 8])
        #expect(written.skipped.filter { $0.kind == .annotation }.reduce(0) { $0 + $1.count } == 15)
    }
}
