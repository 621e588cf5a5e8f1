import Foundation
import Reports
import Testing

/// Figures in JSON files, told apart by what they say they are.
@Suite struct ReportedFiguresTests {
    private enum Kind: String, CaseIterable {
        case evaluation, curve, baselines

        var format: String { self == .curve ? "ssrm.label-curve." : "ssrm.\(rawValue)." }
    }

    private func object(_ kind: Kind) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: MadeUp.fixture(kind.rawValue)) as? [String: Any])
    }

    private func read(_ object: [String: Any]) throws -> Kind? {
        let json = try JSONSerialization.data(withJSONObject: object)
        switch try ReportedFigures(json: json, path: "f.json") {
        case .evaluation: return .evaluation
        case .labelCurve: return .curve
        case .baselines: return .baselines
        case nil: return nil
        }
    }

    private func refusal(_ object: [String: Any]) -> String {
        do { return "none: \(String(describing: try read(object)))" } catch { return "\(error)" }
    }

    @Test(arguments: Kind.allCases) private func eachKindHasAFormatAndIsReadWithoutOne(kind: Kind) throws {
        var figures = try object(kind)
        figures["format"] = nil
        #expect(try read(figures) == kind)
        figures["format"] = kind.format + "1"
        #expect(try read(figures) == kind)
    }

    @Test(arguments: Kind.allCases) private func anotherVersionIsRefusedWithItsFormat(kind: Kind) throws {
        for var figures in [try object(kind), ["anything": "else"]] {
            figures["format"] = kind.format + "9"
            #expect(
                refusal(figures)
                    == "f.json: its format is \(kind.format)9, and this program reads \(kind.format)1: make it with this version"
            )
        }
    }

    @Test func aFormatOfNothingThatIsReportedIsRefused() throws {
        #expect(refusal(["format": "ssrm.report.1"]).contains("give what the report was made of"))
        #expect(
            refusal(["format": "other.1"]).contains(
                "this program reads ssrm.evaluation.1, ssrm.label-curve.1, ssrm.baselines.1: make it"))
        #expect(refusal(["format": "ssrm.folds.9"]).contains("has no scores"))
        #expect(refusal(["format": "ssrm.answers.1"]).contains("give the CSV that `ssrm predict` writes"))
        #expect(try read(["anything": "else"]) == nil)
    }
}
