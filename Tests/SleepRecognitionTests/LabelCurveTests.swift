import Datasets
import Foundation
import Recognition
import SleepRecognition
import Synchronization
import TestKit
import Testing

@Suite struct LabelCurveTests {
    private func curve(
        _ counts: [Int], draws: Int = 2, division: EvaluationProtocol = .leaveOneSubjectOut,
        replacing assignments: [(inout RecogniserSettings) -> Void] = []
    ) throws -> LabelCurve {
        let study = try SmallStudy.shared.get()
        var settings = study.settings
        for change in assignments { change(&settings.values.recogniser) }
        let evaluation = try Evaluation(
            on: study.dataset, scheme: .posture3, division: division, settings: settings, seed: 5)
        return try LabelCurve(evaluation, labelledCounts: counts, draws: draws)
    }

    @Test func figuresAreTheSameOnAnyThreadsAndSurviveJSON() throws {
        let curve = try curve([3, 1])
        let figures = try curve.run()
        #expect(try curve.run(threads: 3) == figures)
        #expect(try JSONDecoder().decode(LabelCurveFigures.self, from: JSONEncoder().encode(figures)) == figures)
        #expect(figures.points.map(\.labelledSubjects) == [1, 3] && figures.subjects.count == 4)
        for point in figures.points {
            #expect(point.arms.map(\.arm) == LabelCurve.Arm.allCases)
            #expect(point.differences.map(\.arm) == [.scratch, .scratchShort, .regression])
            for arm in point.arms {
                #expect(arm.draws.count == 2)
                for draw in arm.draws { #expect(draw.confusion.joined().reduce(0, +) == 36) }
            }
            // Pre-training makes 4 steps.
            let steps = try point.arms.prefix(3).map { try #require($0.steps) }
            #expect(steps[1] == steps[0].map { $0 + 4 } && steps[2] == steps[0])
            let gain = point.differences[0].figures
            #expect(abs(gain.kappa - (point.arms[0].figures.kappa - point.arms[1].figures.kappa)) < 1e-12)
            let interval = try #require(gain.kappaInterval)
            #expect(interval.low <= gain.kappa + 1e-12 && gain.kappa <= interval.high + 1e-12)
        }
        #expect(figures.verdict.hasPrefix("Pre-training"))
    }

    /// With everybody's labels the first draw of the pre-trained arm is the evaluation itself.
    @Test func withAllLabelsItIsTheEvaluation() throws {
        let curve = try curve([3], draws: 1)
        let figures = try curve.run()
        let plain = try curve.evaluation.run()
        let arm = figures.points[0].arms[0]
        #expect(arm.draws[0].confusion == plain.confusion && arm.draws[0].subjects == plain.subjects.map(\.confusion))
        #expect(arm.figures.kappaInterval == plain.kappaInterval)
    }

    @Test func labelledPeopleAreDrawnAmongThoseTrainedOnAndSmallerNumbersAreAmongLargerOnes() throws {
        let figures = try curve([1, 2], draws: 3).run()
        for (fold, heldOut) in zip(figures.folds, figures.subjects) {
            #expect(fold.name == "without subject \(heldOut)" && fold.labelled.count == 3)
            for order in fold.labelled { #expect(Set(order) == Set(figures.subjects).subtracting([heldOut])) }
        }
        #expect(Set(figures.folds.flatMap(\.labelled)).count > 6)
        let people = Array(0..<50)
        #expect(LabelledPeople.order(of: people, fold: 0, draw: 0, seed: 1).sorted() == people)
        #expect(
            LabelledPeople.order(of: people, fold: 0, draw: 0, seed: 1)
                != LabelledPeople.order(of: people, fold: 1, draw: 0, seed: 1))
    }

    @Test func whatCannotBeDoneIsSaidBeforeAnythingIsTrained() throws {
        func reason(_ make: () throws -> LabelCurve) -> String {
            do { _ = try make() } catch { return "\(error)" }
            return "nothing"
        }
        #expect(
            reason { try curve([1, 4]) }
                == "4 labelled people are more than the 3 that the fold without subject P1 can train on: use at most "
                + "that many")
        #expect(reason { try curve([1], division: .random70) }.hasPrefix("random70 holds out samples and not people"))
        #expect(
            reason {
                try curve([1], replacing: [{ ($0.encoder, $0.includeInputs) = (.none, true) }])
            }.hasPrefix("recogniser.encoder is none"))
        #expect(
            reason { try curve([1], replacing: [{ $0.stopSubjects = 1 }]) }.hasPrefix("recogniser.stop_subjects is 1"))
    }

    /// Only one sleeper has REM sleep, so a draw without her has no label of it.
    @Test func aDrawWithoutAClassIsNotedAndDoesNotFail() throws {
        let folder = try TemporaryFolder()
        let subjects = ["ann", "bob", "cy", "dee"]
        let outline = DatasetOutline(
            kind: "table", vocabulary: .stage, rows: 3, columns: 1, subjects: subjects, codes: ["W", "N2", "REM"],
            recordings: subjects.indices.map { subject in
                .init(
                    name: "night \(subject)", subject: subject,
                    labels: (0..<20).map { $0 % 4 == 0 ? 0 : subject == 1 && $0 > 12 ? 2 : 1 })
            })
        try outline.write((0..<240).map { Float($0 * 37 % 11) }, to: folder.path("data"))
        let settings = try NamedSettings(
            preset: "night",
            replacing: [
                "upstream.hidden_units=[4]", "upstream.shards=1", "upstream.shard_size=4", "upstream.fold_steps=1",
                "recogniser.hidden_units=3", "recogniser.epochs=1",
            ])
        let evaluation = try Evaluation(
            on: try Dataset(opening: folder.path("data")), scheme: .three, division: .leaveOneSubjectOut,
            settings: settings)
        let figures = try LabelCurve(evaluation, labelledCounts: [1, 3], draws: 2).run()
        #expect(figures.notes.count == 1)
        let note = try #require(figures.notes.first)
        #expect(note.hasPrefix("1 labelled: no label of REM in ") && note.contains(" of 8 draws (ann"), "\(note)")
        #expect(!note.contains("bob"))
    }

    @Test func progressCountsPretrainingsAndDraws() throws {
        let curve = try curve([1], draws: 3)
        let told = Mutex<(folds: [Int], parts: [Int])>(([], []))
        _ = try curve.run(threads: 2) { event in
            told.withLock {
                switch event {
                case .started(let fold, let count, _):
                    #expect(count == 4)
                    $0.folds.append(fold)
                case .finished(let parts, let count):
                    #expect(count == 16)
                    $0.parts.append(parts)
                }
            }
        }
        told.withLock { #expect($0.folds == [0, 1, 2, 3] && $0.parts == Array(1...16)) }
    }
}
