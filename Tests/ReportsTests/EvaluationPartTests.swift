import Foundation
import Reports
import SleepRecognition
import Testing

/// A figure in an evaluation's JSON, and a value that none has.
private struct WrongFigure: CustomTestStringConvertible, Sendable {
    let keys: [String]
    let value: Double
    var testDescription: String { "\(keys.joined(separator: ".")) \(value)" }

    static let all = [
        WrongFigure(keys: ["confusion", "0", "1"], value: -7),
        WrongFigure(keys: ["confusion", "0", "1"], value: 9_007_199_254_740_994),
        WrongFigure(keys: ["subjects", "0", "confusion", "0", "0"], value: -1),
        WrongFigure(keys: ["samples"], value: -3), WrongFigure(keys: ["kappa"], value: 5),
        WrongFigure(keys: ["kappa_interval", "1"], value: 1.5), WrongFigure(keys: ["accuracy"], value: 1.01),
        WrongFigure(keys: ["subjects", "1", "accuracy"], value: -0.5),
        WrongFigure(keys: ["classes", "2", "recall"], value: 2), WrongFigure(keys: ["folds", "0", "kappa"], value: -3),
        WrongFigure(keys: ["folds", "0", "training_samples"], value: -1),
        WrongFigure(keys: ["calibration", "answers", "3", "samples"], value: -1),
        WrongFigure(keys: ["calibration", "classes", "1", "2", "frequency"], value: 1.5),
        WrongFigure(keys: ["calibration", "brier"], value: 3),
    ]

    /// JSON with the figure in it.
    func replaced(in json: Any, at place: Int = 0) throws -> Any {
        if place == keys.count { return value == value.rounded() ? Int(value) as Any : value }
        if var list = json as? [Any] {
            let index = try #require(Int(keys[place]))
            list[index] = try replaced(in: list[index], at: place + 1)
            return list
        }
        var object = try #require(json as? [String: Any])
        object[keys[place]] = try replaced(in: try #require(object[keys[place]]), at: place + 1)
        return object
    }
}

@Test(arguments: WrongFigure.all)
private func figuresThatNoEvaluationComesToAreRefused(_ wrong: WrongFigure) throws {
    let json = try wrong.replaced(in: try JSONSerialization.jsonObject(with: try MadeUp.fixture("evaluation")))
    let figures = try JSONDecoder().decode(
        EvaluationFigures.self, from: try JSONSerialization.data(withJSONObject: json))
    #expect {
        try EvaluationPart(figures, file: "evaluation.json")
    } throws: {
        // What is wrong is in the evaluation's file, not in the dataset that it was made on.
        "\($0)".hasPrefix("evaluation.json: it has ") && "\($0)".contains("which none comes to: make it anew")
    }
}

@Test func countsWhoseSumIsNoNumberOfThisMachineAreRefused() throws {
    let text = String(decoding: try MadeUp.fixture("evaluation"), as: UTF8.self)
    let huge = text.replacing(/81, *15, *39, *14, *240/, with: "4611686018427387904,4611686018427387904,0,0,0")
    #expect(huge != text)
    let figures = try JSONDecoder().decode(EvaluationFigures.self, from: Data(huge.utf8))
    #expect(throws: ReportError.self) { try EvaluationPart(figures) }
}

/// Of whom all was scored and recognised as one class there is no kappa: the page has a dash, and no 0.
@Test func aKappaThatIsNotDefinedIsADashAndNull() throws {
    var json = try #require(
        try JSONSerialization.jsonObject(with: try MadeUp.fixture("evaluation")) as? [String: Any])
    var subjects = try #require(json["subjects"] as? [[String: Any]])
    subjects[0]["kappa"] = NSNull()
    (json["subjects"], json["kappa"], json["undefined_kappa_resamples"]) = (subjects, NSNull(), 17)
    json["kappa_interval"] = nil
    let figures = try JSONDecoder().decode(
        EvaluationFigures.self, from: try JSONSerialization.data(withJSONObject: json))
    #expect(figures.kappa == nil && figures.subjects[0].kappa == nil && figures.subjects[1].kappa != nil)
    var report = Report(title: "t", version: "1")
    report.evaluation = try EvaluationPart(figures)
    let page = report.html
    #expect(page.contains("not defined (–)") && page.contains("Kappa is not defined in"))
    let again = try JSONSerialization.jsonObject(with: try JSONEncoder().encode(figures)) as? [String: Any]
    #expect(again?["kappa"] is NSNull && (again?["subjects"] as? [[String: Any]])?[0]["kappa"] is NSNull)
}

@Test func whatIsAbovePlainToolsIsShownWithItsInterval() throws {
    var report = Report(title: "t", version: "1")
    report.evaluation = try EvaluationPart(try MadeUp.evaluation(), baselines: try MadeUp.baselines())
    let text = report.html.replacing(/<[^>]*>/, with: "")
    #expect(text.contains("ssrm, paper above majority, raw"))
    #expect(text.contains("0.714 [0.641, 0.783]"))
    let again = try JSONEncoder().encode(try MadeUp.baselines())
    #expect(try JSONDecoder().decode(BaselineFigures.self, from: again) == MadeUp.baselines())
}

/// What JSON of this name in Fixtures has with other values in place of its own.
private func changed<Figures: Decodable>(
    _ name: String, _ type: Figures.Type, _ change: (inout [String: Any]) throws -> Void
) throws -> Figures {
    var json = try #require(try JSONSerialization.jsonObject(with: try MadeUp.fixture(name)) as? [String: Any])
    try change(&json)
    return try JSONDecoder().decode(type, from: try JSONSerialization.data(withJSONObject: json))
}

@Test(arguments: ["accuracy", "kappa"])
func aFigureThatIsNotTheMatrixsIsRefused(key: String) throws {
    let figures = try changed("evaluation", EvaluationFigures.self) { $0[key] = 0.5 }
    let error = #expect(throws: ReportError.self) { try EvaluationPart(figures, file: "evaluation.json") }
    #expect(error?.description == "evaluation.json: its \(key) is not that of its confusion matrix: make it anew")
}

/// Each cell is a number that a file may have; their sum is none of this machine.
@Test func manyLargeCountsAreRefused() throws {
    let figures = try changed("evaluation", EvaluationFigures.self) { json in
        let classes = try #require(json["classes"] as? [[String: Any]])
        json["classes"] = (0..<33).map { place in classes[0].merging(["name": "c\(place)"]) { $1 } }
        json["confusion"] = [[Int]](repeating: [Int](repeating: 1 << 53, count: 33), count: 33)
        json["calibration"] = nil
    }
    #expect(throws: ReportError.self) { try EvaluationPart(figures) }
}

@Test(arguments: ["folds", "samples", "seed"])
func plainToolsOfOtherFoldsAreRefused(key: String) throws {
    let tools = try changed("baselines", BaselineFigures.self) { json in
        json[key] = 7
        json["protocol"] = "kfold"
    }
    let figures = try changed("evaluation", EvaluationFigures.self) { $0["protocol"] = "kfold" }
    let error = #expect(throws: ReportError.self) {
        try EvaluationPart(figures, baselines: tools, baselinesFile: "tools.json")
    }
    #expect(error?.description.contains("tools.json: they were scored with \(key) 7, but") ?? false)
}

/// Files of versions before do not say which divisions they drew.
@Test(arguments: [1, nil], ["kfold", "loso"])
func foldsAreCalledTheSameWhereTheyAreKnownToBe(seed: Int?, protocolName: String) throws {
    let tools = try changed("baselines", BaselineFigures.self) { json in
        json["seed"] = seed
        json["protocol"] = protocolName
    }
    var report = Report(title: "t", version: "1")
    report.evaluation = try EvaluationPart(
        try changed("evaluation", EvaluationFigures.self) { $0["protocol"] = protocolName }, baselines: tools)
    #expect(report.html.contains("The same folds") == (seed != nil || protocolName == "loso"))
}

@Test(arguments: ["accuracy", "kappa"])
func figuresThatNoToolComesToAreRefused(key: String) throws {
    let tools = try changed("baselines", BaselineFigures.self) { json in
        var rows = try #require(json["tools"] as? [[String: Any]])
        rows[0][key] = 55
        json["tools"] = rows
    }
    let error = #expect(throws: ReportError.self) {
        try EvaluationPart(try MadeUp.evaluation(), baselines: tools, baselinesFile: "tools.json")
    }
    #expect(error?.description.hasPrefix("tools.json: it has 55.0 as a ") ?? false)
}

@Test func figuresThatNoLabelCurveComesToAreRefused() throws {
    let curve = try changed("curve", LabelCurveFigures.self) { json in
        var points = try #require(json["points"] as? [[String: Any]])
        var arms = try #require(points[0]["arms"] as? [[String: Any]])
        arms[0]["kappa"] = 42
        points[0]["arms"] = arms
        json["points"] = points
    }
    let error = #expect(throws: ReportError.self) { try LabelCurvePart(curve, file: "curve.json") }
    #expect(error?.description.hasPrefix("curve.json: it has 42.0 as a kappa") ?? false)
}

@Test func plainToolsOfOtherSamplesAreRefused() throws {
    let figures = try MadeUp.evaluation(replacing: [("\"dataset_digest\":\"", "\"dataset_digest\":\"0")])
    #expect(throws: ReportError.self) { try EvaluationPart(figures, baselines: try MadeUp.baselines()) }
}

@Test(arguments: ["confusion", "calibration", "classes"])
func figuresOfOtherClassesThanTheyNameAreRefused(key: String) throws {
    var object = try #require(
        try JSONSerialization.jsonObject(with: try MadeUp.fixture("evaluation")) as? [String: Any])
    if var calibration = object[key] as? [String: Any] {
        calibration["classes"] = [Any]()
        object[key] = calibration
    } else {
        object[key] = (object[key] as? [Any])?.dropLast().map { $0 }
    }
    let figures = try JSONDecoder().decode(
        EvaluationFigures.self, from: try JSONSerialization.data(withJSONObject: object))
    #expect(throws: ReportError.self) { try EvaluationPart(figures) }
}

@Test func aLabelCurveShowsTheGainsThatItsFileHas() throws {
    let figures = try MadeUp.curve()
    var report = Report(title: "t", version: "1")
    report.labelCurve = try LabelCurvePart(figures)
    let page = report.html
    #expect(page.contains("Gain of pre-training over each other way"))
    for point in figures.points {
        #expect(point.differences.count == 3)
        for difference in point.differences { #expect(page.contains("value=\"\(difference.figures.accuracy)\"")) }
    }
    #expect(page.contains("from scratch, short") && !page.contains("scratch_short"))
}
