/// A setting of a preset file as a person says it, and its value.
package struct SettingWords: Equatable {
    /// What is set.
    package let name: String
    /// What it is set to.
    package let value: String

    /// The words of a setting like `recogniser.tree_count 50`; nil of a text without a value.
    init?(_ setting: String) {
        guard let space = setting.firstIndex(of: " ") else { return nil }
        let path = setting[..<space].split(separator: ".").map(String.init)
        guard let key = path.last else { return nil }
        let plain = Self.names[key] ?? key.replacing("_", with: " ")
        // The same words stand in both sections for a learning rate, its schedule and the like.
        name = path.count > 1 && path[0] == "upstream" ? (Self.upstream[key] ?? "pre-training: \(plain)") : plain
        let text = String(setting[setting.index(after: space)...])
        value =
            switch text {
            case "true": "yes"
            case "false": "no"
            default: text.hasPrefix("[") ? String(text.dropFirst().dropLast()) : text.replacing("_", with: " ")
            }
    }

    /// The words of each of several settings.
    package static func all(_ settings: [String]) -> [SettingWords] { settings.compactMap(SettingWords.init) }

    private static let upstream = [
        "steps": "steps of pre-training", "fold_steps": "steps of pre-training in each fold",
        "network": "network of the encoder",
    ]

    private static let names = [
        "encoder": "use of an encoder", "encoder_learning_rate": "learning rate of the encoder's body",
        "cell": "recurrent cell", "hidden_units": "units each way", "sequence_length": "sleep epochs in a sequence",
        "batch_sequences": "sequences in a batch", "warmup_steps": "steps in which the learning rate rises",
        "epochs": "training epochs", "steps": "training steps", "gradient_clip": "largest norm of a gradient",
        "input_noise": "noise added to values", "input_clip": "scaled values cut at",
        "unlabelled": "sleep epochs without a label", "stop_subjects": "people held out to choose the epoch",
        "second_scheme": "scheme learnt beside", "members": "members that answer together",
        "mirror_average": "mirrors recognised, too", "recording_scaling": "features scaled over each recording",
        "self_training_steps": "steps of self-training", "rare_class_correction": "correction for rare classes",
        "fisher_components": "components of Fisher vectors", "fisher_normalised": "Fisher vectors normalised",
        "include_inputs": "samples' own values read", "tree_count": "trees", "tree_leaf": "least samples of a leaf",
        "tree_share": "trees' share in the answer", "tree_share_of_two": "trees' share in the answer of two classes",
        "tree_most_classes": "most classes with trees", "tree_inputs": "values that a tree may ask for",
    ]
}
