import Foundation
import Recognition
import Reports
import SleepRecognition
import Testing

/// What pages say beside their figures, and in which order.
@Suite struct PageWordsTests {
    private func nights(_ nights: [RecordedNight]) throws -> String {
        var report = Report(title: "nights", version: "0")
        report.nights = try NightsPart(nights, classes: MadeUp.stages, acquaintance: .heldOut)
        return report.html
    }

    @Test func singleSleepEpochsHaveAMatrixAndRatesOfEachStage() throws {
        let recorded = MadeUp.nights(12, epochs: 200)
        let part = try NightsPart(recorded, classes: MadeUp.stages, acquaintance: .heldOut)
        let found = try #require(part.sleepEpochs)
        #expect(found.people == 6 && found.confusion.flatMap(\.self).reduce(0, +) == 12 * 200)
        #expect(found.stages.map(\.name) == MadeUp.stages + ["sleep"])
        #expect(found.stages.allSatisfy { $0.sensitivity.interval != nil && $0.specificity.interval != nil })
        let html = try nights(recorded)
        #expect(html.contains("Sleep epoch by sleep epoch") && html.contains(">sensitivity</th>"))
        #expect(html.contains("mean of the people who have them"))
        let unscored = RecordedNight(
            subject: "a", recording: "a", positions: [0], scored: [nil], recognised: [0],
            probabilities: [[1, 0, 0, 0, 0]])
        #expect(try NightsPart([unscored], classes: MadeUp.stages, acquaintance: .unknown).sleepEpochs == nil)
        #expect(!(try nights([unscored])).contains("Sleep epoch by sleep epoch"))
    }

    /// Six people, whose recognised wake is the same however long they were awake.
    @Test func aBiasThatDependsOnTheNightIsDrawnAsItsLine() throws {
        let recorded = (0..<6).map { person in
            let awake = 10 + 20 * person
            return RecordedNight(
                subject: "p\(person)", recording: "n\(person)", positions: Array(0..<200),
                scored: (0..<200).map { $0 < 20 ? 2 : $0 < 20 + awake ? 0 : 2 },
                recognised: (0..<200).map { $0 < 20 ? 2 : $0 < 60 + person % 2 ? 0 : 2 },
                probabilities: [[Float]](repeating: [0.2, 0.2, 0.2, 0.2, 0.2], count: 200))
        }
        let html = try nights(recorded)
        #expect(html.contains("× scored ± ") && html.contains("bias by the scored value"))
        #expect(
            html.contains(
                "Bland-Altman plot of wake after sleep onset, a dot a night; bias and limits are in the caption"))
    }

    /// Limits of two nights would be chance, and so would be their plot.
    @Test(arguments: [2, 3]) func fewerThanThreeNightsHaveNoPlot(count: Int) throws {
        #expect(try nights(MadeUp.nights(count, epochs: 200)).contains("Bland-Altman plot of") == (count > 2))
    }

    @Test func whatDashesAndBandsAreStandsAtEachPlot() throws {
        let html = try nights(MadeUp.nights(12, epochs: 200))
        #expect(html.contains("limits of agreement (dashed)"))
        #expect(html.contains("bands: 95 % intervals over people"))
        #expect(try !nights(MadeUp.nights(4, epochs: 200)).contains("bands: 95 % intervals over people"))
    }

    @Test func theBiasComesFirstAndShortFormsAreSpeltOut() throws {
        let html = try nights(MadeUp.nights(12, epochs: 200))
        let table = try #require(html.range(of: "aria-label=\"Recognised less scored"))
        let heads = html[table.upperBound...].matches(of: /<th scope="col"[^>]*>([^<]*)<\/th>/).prefix(8)
        #expect(heads.map { String($0.output.1) }.dropFirst().first == "bias")
        #expect(html.contains("<abbr title=\"wake after sleep onset\">WASO</abbr>"))
        #expect(html.contains("SOL: sleep onset latency"))
        // Parts and their differences are in the same unit in the table and above the plots.
        #expect(html.contains(">sleep efficiency</bdi>, %"))
        #expect(html.contains("recognised less scored, percentage points"))
    }

    @Test func ofTheLabelCurveTheKappaComesFirst() throws {
        var report = Report(title: "curve", version: "0")
        report.labelCurve = try LabelCurvePart(try MadeUp.curve())
        let heads = report.html.matches(of: /<th scope="col"[^>]*>([^<]*)<\/th>/).map { String($0.output.1) }
        #expect(heads.filter { $0 == "kappa" }.count == 2)
        #expect(heads.indices.filter { heads[$0] == "kappa" }.allSatisfy { heads[$0 + 1] == "accuracy" })
    }

    @Test func aNightAndItsTableStayTogetherOnPaper() throws {
        let html = try nights(MadeUp.nights(4, epochs: 200))
        #expect(html.matches(of: /<div class="night"><figure>/).count == 4)
    }

    @Test func turnsAnHourNeedToKnowHowLongAMapIs() throws {
        func page(_ seconds: Double?) throws -> (part: PosturesPart, html: String) {
            let maps = (0..<60).map { place in
                PosturesPart.Map(
                    subject: "a", recording: place < 30 ? "1" : "2", position: place % 30, scored: nil,
                    recognised: place / 10 % 3, probability: 0.5)
            }
            let part = try PosturesPart(
                maps, classes: ["supine", "right", "left"], acquaintance: .unknown, sampleSeconds: seconds, columns: 2,
                isTurned: false
            ) { _ in [0, 1, 2, 3] }
            var report = Report(title: "turns", version: "0")
            report.postures = part
            return (part, report.html)
        }
        let known = try page(60)
        #expect(known.part.turned.map(\.turns) == [4] && known.part.turned.map(\.recordings) == [2])
        // Two half hours.
        #expect(known.part.turned.first?.turnsPerHour == 4)
        // Nobody scored these maps.
        #expect(known.html.contains("What maps were recognised as") && !known.html.contains("recognised right"))
        #expect(known.part.turns == 4 && known.part.hours == 1 && known.part.turnsPerHour == 4)
        #expect(known.html.contains("minutes since the first map") && known.html.contains("turns an hour"))
        #expect(!known.html.contains("--sample-seconds"))
        let unknown = try page(nil)
        #expect(unknown.html.contains("--sample-seconds") && !unknown.html.contains(">turns an hour<"))
        #expect(unknown.html.contains("position in the recording") && unknown.part.turned.first?.turnsPerHour == nil)
    }

    @Test func partsThatAreSmallButNotNoneAreNotZero() throws {
        let maps = (0..<6800).map { place in
            PosturesPart.Map(
                subject: "a", recording: "\(place / 20)", position: place % 20, scored: place % 2,
                recognised: place < 2 ? 1 - place % 2 : place % 2, probability: 0.5)
        }
        var report = Report(title: "few", version: "0")
        report.postures = try PosturesPart(
            maps, classes: ["left", "right"], acquaintance: .unknown, sampleSeconds: nil, columns: 2, isTurned: false
        ) { _ in [0, 1, 2, 3] }
        #expect(report.html.contains("&lt;\u{A0}0.1</data>\u{A0}%") && !report.html.contains(">0.0</data>"))
    }

    @Test func partsOfDifferentDatasetsAreSaidToBeBeforeAllElse() throws {
        var report = try MadeUp.report()
        func dataset(_ part: String, _ letter: String) -> Report.PartDataset {
            Report.PartDataset(part: part, name: "\(letter).st", digest: String(repeating: letter, count: 64))
        }
        let (own, other) = (dataset("the evaluation is of", "a"), dataset("the samples are of", "b"))
        report.datasets = [own, own]
        #expect(!report.html.contains("are of different datasets"))
        report.datasets = [own, other]
        let html = report.html
        let notice = try #require(html.range(of: "are of different datasets"))
        #expect(html.range(of: "<main>").map { notice.lowerBound < $0.lowerBound } == true)
        #expect(html.contains("the samples are of <bdi>b.st</bdi> (<bdi>bbbbbbbbbbbb</bdi>…)"))
    }

    @Test func calibrationNamesTheMostProbableClass() throws {
        var report = Report(title: "calibration", version: "0")
        report.evaluation = try EvaluationPart(try MadeUp.evaluation())
        #expect(report.html.contains("most probable class") && !report.html.contains("the answer<"))
    }

    /// What an encoder learnt from is known where it learnt from the dataset that the recogniser did.
    @Test func whomAModelKnowsIsSaidAsFarAsItIsKnown() throws {
        func words(_ people: [String], encoder: [String]?, isOwn: Bool = true) throws -> String {
            let provenance = RecogniserModel.Provenance(
                encoderJob: "job", encoderDataset: "other", encoderSubjects: encoder, dataset: "own",
                subjects: ["a", "b"])
            var report = Report(title: "", version: "")
            report.nights = try NightsPart(
                MadeUp.nights(2, epochs: 60), classes: MadeUp.stages,
                acquaintance: Acquaintance(of: provenance, with: people, isOwn: isOwn))
            return report.html
        }
        #expect(try words(["a", "b"], encoder: nil).contains("The model was trained on this person:"))
        #expect(try words(["c"], encoder: ["d"]).contains("The recognisers had not seen this person:"))
        #expect(
            try words(["c"], encoder: ["c"]).contains(
                "recogniser was not trained on this person, but its encoder learnt from recordings of this person"))
        // Whom the encoder alone learnt from, without labels, the model was not trained on.
        let provenance = RecogniserModel.Provenance(
            encoderJob: "job", encoderDataset: "own", encoderSubjects: ["a", "b", "c"], dataset: "own",
            subjects: ["a", "b"])
        #expect(Acquaintance(of: provenance, with: ["a", "b"], isOwn: true) == .model(.all, isOwn: true))
        #expect(Acquaintance(of: provenance, with: ["a", "c"], isOwn: true) == .model(.some, isOwn: true))
        let apart = try words(["c"], encoder: nil)
        #expect(apart.contains("recogniser was not trained on this person; whom its encoder learnt from is not known"))
        let foreign = try words(["c"], encoder: nil, isOwn: false)
        #expect(foreign.contains("whom its encoder learnt from, and whether these answers are its own, is not known"))
        #expect(
            try words(["c"], encoder: [], isOwn: false).contains(
                "The model was not trained on this person; whether the answers are its own, these files do not say."))
    }

    @Test(arguments: [
        (LivePart.FigureSteps.last, "of the last step"), (.mean(7...7), "of step 7"),
        (.mean(11...20), "mean of steps 11 to 20"), (.mean(nil), "a mean over steps"),
    ])
    func aFigureOfARunSaysOfWhichStepsItIs(steps: LivePart.FigureSteps, words: String) {
        var live = LivePart(name: "run", state: .running, step: 20, of: 60, time: "2026-01-02T03:04:05Z")
        live.figures = [LivePart.Figure(name: "loss", value: 0.5)]
        live.figureSteps = steps
        var pages = LivePages()
        #expect(pages.page(LiveReport(version: "", snapshot: "", live: live, run: nil)).html.contains(words))
    }

    @Test func whatIsTypedIsMarkedUpAndHasNoBackticks() throws {
        var report = try MadeUp.report()
        report.nights = try NightsPart(
            MadeUp.nights(4, epochs: 60), classes: MadeUp.stages, acquaintance: .model(.all, isOwn: true))
        let html = report.html
        #expect(html.contains("<code>ssrm report --json</code> prints its numbers"))
        #expect(html.contains("Use <code>ssrm evaluate --predictions-out</code> for"))
        #expect(!html.contains("`"))
        // What is a name stays as it is.
        #expect(Report(title: "`a`", version: "").html.contains("<h1><bdi>`a`</bdi></h1>"))
    }

    @Test func matricesOfOnePageHaveTheirStagesInOneOrder() throws {
        let html = try MadeUp.report().html
        let matrices = html.matches(of: /aria-label="Scored \(rows\) and recognised.*?<\/table>/).map(\.output)
        #expect(matrices.count == 2)
        for matrix in matrices {
            let heads = matrix.matches(of: /<th scope="col"[^>]*>(?:<bdi>)?([^<]*)</).map { String($0.output.1) }
            #expect(heads == ["scored", "wake", "REM", "N1", "N2", "N3"])
            let rows = matrix.matches(of: /<th scope=row>(?:<bdi>)?([^<]*)</).map { String($0.output.1) }
            #expect(rows == Array(heads.dropFirst()))
        }
    }

    @Test func oneOfSomethingIsNotSeveral() throws {
        var json = try #require(
            try JSONSerialization.jsonObject(with: try MadeUp.fixture("evaluation")) as? [String: Any])
        (json["undefined_kappa_resamples"], json["recordings"]) = (1, 1)
        var report = Report(title: "", version: "")
        report.evaluation = try EvaluationPart(
            try JSONDecoder().decode(EvaluationFigures.self, from: try JSONSerialization.data(withJSONObject: json)))
        let page = report.html
        #expect(page.contains("in <data>1</data> draw, which is left out of its interval"))
        #expect(page.contains(" in <data>1</data> recording of "))
        let night = RecordedNight(
            subject: "a", recording: "a", positions: [0], scored: [0], recognised: [0],
            probabilities: [[1, 0, 0, 0, 0]])
        #expect(try nights([night]).contains("of <data>1</data> sleep epoch; kappa"))
    }

    /// The contrast of WCAG 2 between two colours.
    @Test func stagesStandOutFromTheirGround() throws {
        let html = Report(title: "", version: "").html
        func luminance(_ hex: Substring) -> Double {
            let parts = [0, 2, 4].map { start -> Double in
                let from = hex.index(hex.startIndex, offsetBy: start)
                let value = Double(Int(hex[from..<hex.index(from, offsetBy: 2)], radix: 16) ?? 0) / 255
                return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
            }
            return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
        }
        // Light, dark and print.
        let soft = html.matches(of: /--soft: #([0-9a-f]{6})/).map(\.output.1)
        #expect(soft.count == 3)
        for stage in ["wake", "rem", "n1", "n2", "n3"] {
            let colours = html.matches(of: try Regex("--\(stage): #([0-9a-f]{6})", as: (Substring, Substring).self))
            #expect(colours.count == 3)
            for (own, ground) in zip(colours.map(\.output.1), soft) {
                let (a, b) = (luminance(own), luminance(ground))
                #expect((max(a, b) + 0.05) / (min(a, b) + 0.05) >= 3, "\(stage) \(own) on \(ground)")
            }
        }
    }
}
