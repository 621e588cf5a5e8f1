import ArgumentParser
import Numerics
import Upstream

/// What is kept in fewer bits than a float has.
struct ElementOptions: ParsableArguments {
    @Option(
        help: """
            How gradients and parameters are exchanged, float32, bfloat16 or int8 (then parameters as bfloat16); by default \
            the preset's.
            """,
        transform: element)
    var wire: ElementType?

    @Option(
        help: "What the factors of the hidden layers' products are, float32 or bfloat16; by default the preset's.",
        transform: element)
    var products: ElementType?

    /// Replaces what was asked for.
    func replace(_ settings: inout UpstreamSettings) {
        settings.arithmetic.wire = wire ?? settings.arithmetic.wire
        settings.arithmetic.products = products ?? settings.arithmetic.products
    }

    private static func element(_ text: String) throws -> ElementType {
        guard let element = ElementType(rawValue: text) else {
            throw ValidationError(
                "use \(ElementType.allCases.map(\.rawValue).joined(separator: " or ")), not '\(text)'")
        }
        return element
    }
}
