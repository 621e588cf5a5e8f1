import Datasets
import Recognition
import SleepRecognition
import TestKit
import Testing

@Suite struct SettingsChoiceTests {
    private func candidates(_ epochs: [Int]) throws -> [SettingsCandidate] {
        let study = try SmallStudy.shared.get()
        return epochs.map { count in
            var settings = study.settings
            settings.values.recogniser.epochs = count
            return SettingsCandidate(name: "recogniser.epochs=\(count)", settings: settings)
        }
    }

    @Test func eachFoldChoosesByPeopleItTrainsOnAndThenTrainsOnThemAll() throws {
        let study = try SmallStudy.shared.get()
        func evaluation(_ candidates: [SettingsCandidate], _ settings: NamedSettings) throws -> EvaluationFigures {
            try Evaluation(
                on: study.dataset, scheme: .posture3, division: .leaveOneSubjectOut, settings: settings,
                choosingAmong: candidates, groups: 3, seed: 5
            ).run(threads: 2)
        }
        let all = try candidates([1, 20])
        let chosen = try evaluation(all, study.settings)
        let plain = try all.map { try evaluation([], $0.settings) }
        #expect(chosen.changes.last == "in each fold chosen among: recogniser.epochs=1; recogniser.epochs=20")
        for (number, fold) in chosen.folds.enumerated() {
            let candidates = try #require(fold.candidates)
            #expect(candidates.map(\.name) == all.map(\.name))
            let best = (candidates[1].kappa ?? 0) > (candidates[0].kappa ?? 0) ? 1 : 0
            #expect(fold.chosen == all[best].name)
            #expect(fold.confusion == plain[best].folds[number].confusion)
        }
        #expect(plain[0].folds.allSatisfy { $0.chosen == nil && $0.candidates == nil })
    }

    @Test func whatNoneOfThemMakesUseOfIsNoChange() throws {
        let study = try SmallStudy.shared.get()
        var asked = study.settings
        asked.values.recogniser.epochs = 5
        func changes(choosingAmong steps: [Int]) throws -> [String] {
            let candidates = steps.map { count in
                var settings = asked
                settings.values.recogniser.steps = count
                return SettingsCandidate(name: "recogniser.steps=\(count)", settings: settings)
            }
            return try Evaluation(
                on: study.dataset, scheme: .posture3, division: .subjectFolds(2), settings: asked,
                choosingAmong: candidates, seed: 5
            ).run(threads: 2).changes
        }
        #expect(try changes(choosingAmong: [0, 3]).contains("recogniser.epochs 5"))
        #expect(try !changes(choosingAmong: [2, 3]).contains("recogniser.epochs 5"))
    }

    @Test func amongEqualsTheFirstIsChosen() throws {
        let study = try SmallStudy.shared.get()
        let one = try candidates([2])[0].settings
        let figures = try Evaluation(
            on: study.dataset, scheme: .posture3, division: .subjectFolds(2), settings: study.settings,
            choosingAmong: [
                SettingsCandidate(name: "first", settings: one), SettingsCandidate(name: "second", settings: one),
            ], seed: 5
        ).run()
        #expect(figures.folds.allSatisfy { $0.chosen == "first" })
    }
}
