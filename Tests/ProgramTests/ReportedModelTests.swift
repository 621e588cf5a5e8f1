import Foundation
import TestKit
import Testing

/// What pages say of a model, of what was made beside it and of whom it knows.
@Suite struct ReportedModelTests {
    private let folder: TemporaryFolder
    private var data: String { folder.path("maps.safetensors") }

    init() throws {
        folder = try TemporaryFolder()
        try make(
            "data", "synthetic", "--kind", "pressure", "--subjects", "4", "--maps-per-posture", "5", "--seed", "2",
            "--out", data)
    }

    @discardableResult
    private func make(_ arguments: String...) throws -> String {
        let result = try ProgramRun(arguments).result()
        try #require(result.status == 0, "\(arguments): \(result.errors)")
        return result.output
    }

    private func page(_ things: String...) throws -> String {
        let page = folder.path("page.html")
        let result = try ProgramRun(["report"] + things + ["--out", page, "--threads", "1"]).result()
        try #require(result.status == 0, "\(things): \(result.errors)")
        return try String(contentsOfFile: page, encoding: .utf8)
    }

    /// Everybody has labels, so that neither the model's encoder nor those of the folds were taught by answers.
    @Test func selfTrainingThatTookPlaceNowhereIsNoDifference() throws {
        let model = folder.path("model.safetensors")
        let settings = [
            "--scheme", "posture3", "--data", data, "--preset", "paper", "--epochs", "1", "--members", "1", "--threads",
            "1", "--set", "recogniser.encoder=scratch", "--set", "recogniser.self_training_steps=3",
        ]
        let evaluated = try ProgramRun(["evaluate", "--protocol", "loso", "--json"] + settings).result()
        try #require(evaluated.status == 0, "\(evaluated.errors)")
        let trained = try ProgramRun(["train", "--out", model] + settings).result()
        try #require(trained.status == 0, "\(trained.errors)")
        let evaluation = try folder.write(evaluated.output, to: "evaluation.json")
        #expect(evaluated.output.contains("\"self_training_steps\":0"))
        let card = try page(model, evaluation)
        #expect(card.contains("with the same settings of the recogniser") && !card.contains("differ from this model"))
        #expect(card.contains("none, as every recording trained on has labels"))
    }

    /// Answers from a file may be another's, but what the model was trained on is told beside them, too.
    @Test(arguments: [[], ["P4"]])
    func aModelsPeopleAreNamedBesideAnswersFromAFile(excluded: [String]) throws {
        let (model, answers) = (folder.path("model.safetensors"), folder.path("answers.csv"))
        let trained = try ProgramRun(
            [
                "train", "--data", data, "--scheme", "posture3", "--preset", "paper", "--epochs", "1", "--members", "1",
                "--threads", "1", "--set", "recogniser.encoder=scratch", "--out", model,
            ] + excluded.flatMap { ["--exclude-subjects", $0] }
        ).result()
        try #require(trained.status == 0, "\(trained.errors)")
        let part = excluded.isEmpty ? "all" : "some"
        let words = "The model was trained on \(part) of these people: "
        #expect(try page(model, data).contains(words + "what is shown of them says nothing about others."))
        try make("predict", "--model", model, "--data", data, "--out", answers)
        let beside = try page(model, data, answers)
        #expect(beside.contains(words + "where these answers are its own, what is shown says nothing about others."))
        let alone = try page(data, answers)
        #expect(alone.contains("Whether the recogniser had seen these people, these files do not say."))
    }

    @Test func whomAnEncoderLearntFromIsSaid() throws {
        let (run, model) = (folder.path("run"), folder.path("model.safetensors"))
        try make("pretrain", "--data", data, "--run", run, "--workers", "1", "--steps", "2", "--shards", "2")
        try make(
            "train", "--data", data, "--encoder", run, "--scheme", "posture3", "--epochs", "1", "--members", "1",
            "--threads", "1", "--out", model)
        let card = try page(model)
        #expect(card.contains(" Its encoder learnt first, without labels, from the recordings of the same people."))
    }

    /// Its preparation brings larger maps to one size, so that the card may not say that they are refused.
    @Test func aModelThatBringsMapsToItsSizeSaysSo() throws {
        let (prepared, plain) = (folder.path("prepared.safetensors"), folder.path("plain.safetensors"))
        let common = [
            "train", "--data", data, "--scheme", "posture3", "--members", "1", "--threads", "1", "--set",
            "recogniser.encoder=none", "--set", "recogniser.augmentation=none", "--set",
            "recogniser.mirror_average=false", "--set", "recogniser.include_inputs=true",
        ]
        for (more, path) in [
            (["--preset", "posture", "--set", "recogniser.steps=1"], prepared),
            (["--preset", "paper", "--epochs", "1"], plain),
        ] {
            let trained = try ProgramRun(common + more + ["--out", path]).result()
            try #require(trained.status == 0, "\(path): \(trained.errors)")
        }
        let card = try page(prepared)
        #expect(card.contains("Pressure maps of <data>32</data> × <data>16</data> values or more, all of which"))
        #expect(card.contains("Smaller maps it refuses") && !card.contains("other sizes"))
        #expect(try page(plain).contains("of other sizes, made of other values or in other units it refuses"))
    }
}
