import Foundation
import TestKit
import Testing

private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
}

extension SyntheticMaps {
    fileprivate func evaluate(_ division: String, _ more: String...) throws -> ProgramResult {
        try ProgramRun(
            [
                "evaluate", "--data", data, "--scheme", "posture3", "--protocol", division, "--folds", "2",
                "--seed", "5",
            ] + more
        ).result()
    }
}

/// `ssrm evaluate --folds-only`.
@Suite struct FoldsReportTests {
    @Test(arguments: ["loso", "kfold", "random70"])
    func theFoldsAreThoseOfTheEvaluation(division: String) throws {
        let prepared = try SyntheticMaps.shared.get()
        let listed = try prepared.evaluate(division, "--folds-only", "--json")
        #expect(listed.status == 0, "\(listed.errors)")
        let report = try object(listed.output)
        let labels = try #require(report["labels"] as? [Any]).map { $0 as? Int }
        #expect(labels.count == 72)
        #expect(report["classes"] as? [String] == ["supine", "right", "left"])
        #expect(report["format"] as? String == "ssrm.folds.1")
        let done = try object(try prepared.evaluate(division, "--steps", "0", "--epochs", "1", "--json").output)
        #expect(report["dataset_digest"] as? String == done["dataset_digest"] as? String)
        #expect(report["preset"] != nil && report["preset"] as? String == done["preset"] as? String)
        let folds = try #require(report["folds"] as? [[String: Any]])
        let evaluated = try #require(done["folds"] as? [[String: Any]])
        #expect(folds.count == evaluated.count)
        for (fold, evaluated) in zip(folds, evaluated) {
            let training = try #require(fold["training"] as? [Int])
            let test = try #require(fold["test"] as? [Int])
            #expect(Set(training).union(test) == Set(0..<72) && training.count + test.count == 72)
            #expect(training.count == evaluated["training_samples"] as? Int)
            #expect(fold["name"] as? String == evaluated["name"] as? String)
            #expect(fold["held_out"] as? [String] == evaluated["held_out"] as? [String])
            // Each class has as many held-out samples as the evaluation counted.
            let confusion = try #require(evaluated["confusion"] as? [[Int]])
            for (index, row) in confusion.enumerated() {
                #expect(row.reduce(0, +) == test.count { labels[$0] == index })
            }
        }
    }

    @Test func forPeopleItIsALineAFold() throws {
        let listed = try SyntheticMaps.shared.get().evaluate("loso", "--folds-only")
        let lines = listed.output.split(separator: "\n")
        #expect(lines.count == 5)
        #expect(lines.dropFirst().allSatisfy { $0.hasSuffix(": 54 samples to train on, 18 held out") }, "\(lines)")
    }
}

/// `Scripts/compare-baselines`.
@Suite struct CompareBaselinesTests {
    private static let script = packageRoot.appending(path: "Scripts/compare-baselines").path

    private static let python =
        (try? ProgramRun(["python3", "--version"], program: "/usr/bin/env").result())?.status == 0

    private static let isInstalled = FileManager.default.fileExists(
        atPath: packageRoot.appending(path: ".build-baselines/packages.txt").path)

    /// The script's figures of a confusion matrix.
    private func scores(_ confusion: [[Int]]) throws -> [String: Double?] {
        let program = """
            import importlib.machinery, importlib.util, json, sys
            sys.dont_write_bytecode = True
            loader = importlib.machinery.SourceFileLoader("compare", sys.argv[1])
            module = importlib.util.module_from_spec(importlib.util.spec_from_loader("compare", loader))
            loader.exec_module(module)
            print(json.dumps(module.scores(json.loads(sys.argv[2]))))
            """
        let text = String(decoding: try JSONEncoder().encode(confusion), as: UTF8.self)
        let result = try ProgramRun(["python3", "-c", program, Self.script, text], program: "/usr/bin/env").result()
        try #require(result.status == 0, "\(result.errors)")
        return try object(result.output).mapValues { $0 as? Double }
    }

    @Test(.enabled(if: python, "no python3"), arguments: ["loso", "random70"])
    func itsFiguresAreDefinedAsThoseOfTheProgram(division: String) throws {
        let done = try object(
            try SyntheticMaps.shared.get().evaluate(division, "--steps", "0", "--epochs", "2", "--json").output)
        for report in [done] + (try #require(done["folds"] as? [[String: Any]])) {
            let found = try scores(try #require(report["confusion"] as? [[Int]]))
            for key in ["accuracy", "kappa", "macro_f1"] {
                let (theirs, ours) = (found[key] ?? nil, report[key] as? Double)
                #expect((theirs == nil) == (ours == nil), "\(key) of \(report)")
                #expect(abs((theirs ?? 0) - (ours ?? 0)) < 1e-12, "\(key) of \(report)")
            }
        }
    }

    /// Matrices with scikit-learn's figures, which has no kappa where all is of one class.
    private static let cases: [(confusion: [[Int]], accuracy: Double, kappa: Double?, macroF1: Double)] = [
        ([[3, 1, 0], [2, 4, 0], [0, 0, 0]], 0.7, 0.4, (6.0 / 9 + 8.0 / 11) / 2),
        ([[5, 0], [0, 0]], 1, nil, 1),
        ([[0, 0], [4, 0]], 0, 0, 0),
        ([[0]], 0, nil, 0),
    ]

    @Test(.enabled(if: python, "no python3"), arguments: cases.indices)
    func whatIsOfOneClassHasTheFiguresOfTheProgram(index: Int) throws {
        let found = try scores(Self.cases[index].confusion)
        let (accuracy, macroF1) = (try #require(found["accuracy"] ?? nil), try #require(found["macro_f1"] ?? nil))
        #expect(abs(accuracy - Self.cases[index].accuracy) < 1e-12)
        #expect(abs(macroF1 - Self.cases[index].macroF1) < 1e-12)
        let kappa = found["kappa"] ?? nil
        #expect((kappa == nil) == (Self.cases[index].kappa == nil))
        #expect(abs((kappa ?? 0) - (Self.cases[index].kappa ?? 0)) < 1e-12)
    }

    @Test(.enabled(if: isInstalled, "no .build-baselines: the first run of Scripts/compare-baselines makes it"))
    func bothAreScoredOnTheSameSamples() throws {
        let prepared = try SyntheticMaps.shared.get()
        let result = try ProgramRun(
            [
                prepared.data, "--scheme", "posture3", "--protocol", "kfold", "--folds", "2", "--preset", "night",
                "--jobs", "1", "--every", "2", "--tools", "majority,lr,dt,nb", "--ssrm", ProgramRun.ssrm, "--json",
                "--", "--steps", "5",
            ], program: Self.script
        ).result()
        #expect(result.status == 0, "\(result.errors)")
        let report = try object(result.output)
        let rows =
            try #require(report["tools"] as? [[String: Any]]) + (try #require(report["ssrm"] as? [[String: Any]]))
        #expect(
            rows.compactMap { $0["tool"] as? String } == [
                "majority", "logistic regression", "decision tree", "naive Bayes", "ssrm, night",
            ])
        for row in rows {
            #expect(row["samples"] as? Int == 72)
            #expect((row["kappa_interval"] as? [Double])?.count == 2)
            #expect((row["confusion"] as? [[Int]])?.joined().reduce(0, +) == 72)
        }
        #expect(report["format"] as? String == "ssrm.baselines.1")
        #expect(result.errors.contains("logistic regression, fold 2/2 without subjects"))
    }

    @Test(.enabled(if: isInstalled, "no .build-baselines: the first run of Scripts/compare-baselines makes it"))
    func withoutAPresetItIsTheOneForTheKindOfTheData() throws {
        let folder = try TemporaryFolder()
        let data = folder.path("psg.safetensors")
        let made = try ProgramRun.ssrm(
            "data", "synthetic", "--kind", "psg", "--subjects", "3", "--epochs", "40", "--seed", "1", "--out", data)
        try #require(made.status == 0, "\(made.errors)")
        let result = try ProgramRun(
            [
                data, "--scheme", "wake", "--protocol", "loso", "--jobs", "1", "--tools", "majority", "--inputs", "raw",
                "--ssrm", ProgramRun.ssrm, "--json", "--", "--steps", "1", "--epochs", "1",
            ], program: Self.script
        ).result()
        #expect(result.status == 0, "\(result.errors)")
        let report = try object(result.output)
        #expect(report["preset"] as? String == "psg")
        #expect((report["ssrm"] as? [[String: Any]])?.map { $0["tool"] as? String } == ["ssrm, psg"])
    }

    @Test(
        .enabled(if: isInstalled, "no .build-baselines: the first run of Scripts/compare-baselines makes it"),
        arguments: [
            (["missing.safetensors", "--scheme", "posture3", "--protocol", "loso"], 1, "missing.safetensors"),
            (["x", "--scheme", "posture3", "--protocol", "loso", "--ssrm", "/nowhere/ssrm"], 1, "/nowhere/ssrm"),
            (["x", "--scheme", "posture3", "--protocol", "loso", "--tools", "lr,gbm"], 2, "gbm"),
            (["x", "--scheme", "posture3", "--protocol", "loso", "--every", "0"], 2, "0 is not a whole number"),
            (["x", "--scheme", "posture3"], 2, "--protocol"),
        ])
    func whatCannotBeDoneIsNamed(arguments: [String], status: Int, words: String) throws {
        let program = arguments.contains("--ssrm") ? [] : ["--ssrm", ProgramRun.ssrm]
        let result = try ProgramRun(program + arguments, program: Self.script).result()
        #expect(result.status == Int32(status) && result.errors.contains(words), "\(result.errors)")
        #expect(!result.errors.contains("Traceback"), "\(result.errors)")
    }

    @Test(.enabled(if: python, "no python3"))
    func aPythonThatCannotBeUsedIsNamed() throws {
        let result = try ProgramRun(
            [
                "x", "--scheme", "posture3", "--protocol", "loso", "--ssrm", ProgramRun.ssrm, "--python",
                "/nowhere/python",
            ], program: Self.script
        ).result()
        #expect(result.status == 1 && result.errors.contains("--python /nowhere/python can't be started"))
        #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
    }
}
