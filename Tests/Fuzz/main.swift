import CFuzz
import Foundation

// What a decoder makes of bytes that libFuzzer makes up; `Scripts/fuzz` builds and runs it.
//
// SSRM_DECODER is the decoder's name, as libFuzzer starts others of itself with words of its own; one that is none has
// all of them listed.
guard let named = Decoder(rawValue: ProcessInfo.processInfo.environment["SSRM_DECODER"] ?? "") else {
    print(Decoder.allCases.map(\.rawValue).joined(separator: " "))
    exit(0)
}
let decoder = named
var count = CommandLine.argc
var words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
exit(
    LLVMFuzzerRunDriver(&count, &words) { bytes, count in
        decoder.read(UnsafeRawBufferPointer(start: bytes, count: count))
        return 0
    })
