import Reports
import Testing

@Test(arguments: [
    ("recogniser.epochs 5", "training epochs", "5"),
    ("recogniser.include_inputs true", "samples' own values read", "yes"),
    ("upstream.fold_steps 0", "steps of pre-training in each fold", "0"),
    ("upstream.learning_rate 0.01", "pre-training: learning rate", "0.01"),
    ("upstream.channels [24, 48, 64]", "pre-training: channels", "24, 48, 64"),
    ("upstream.order by_size", "pre-training: order", "by size"),
])
func aSettingIsSaidInWords(setting: String, name: String, value: String) {
    let words = SettingWords.all([setting, "nothing"])
    #expect(words.map(\.name) == [name] && words.map(\.value) == [value])
}
