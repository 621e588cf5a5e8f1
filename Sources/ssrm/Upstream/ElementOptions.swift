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
        completion: .list(ElementType.allCases.map(\.rawValue)),
        transform: { try element($0) })
    var wire: ElementType?

    @Option(
        help: "What the factors of the hidden layers' products are, float32 or bfloat16; by default the preset's.",
        completion: .list([ElementType.float32, .bfloat16].map(\.rawValue)),
        transform: { try element($0, of: [.float32, .bfloat16]) })
    var products: ElementType?

    /// Replaces what was asked for.
    func replace(_ settings: inout UpstreamSettings) {
        settings.arithmetic.wire = wire ?? settings.arithmetic.wire
        settings.arithmetic.products = products ?? settings.arithmetic.products
    }

    private static func element(_ text: String, of all: [ElementType] = ElementType.allCases) throws -> ElementType {
        guard let element = all.first(where: { $0.rawValue == text }) else {
            throw ValidationError("use \(all.map(\.rawValue).joined(separator: " or ")), not '\(text)'")
        }
        return element
    }
}
