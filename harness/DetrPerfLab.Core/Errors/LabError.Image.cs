using System.Text;

namespace DetrPerfLab.Core;

public static partial class LabError
{
    /// <summary>A file that begins like no image format that can be decoded.</summary>
    /// <param name="name">The file.</param>
    /// <param name="head">Its first bytes, to show what it is instead.</param>
    public static LabException ImageUnknownFormat(string name, ReadOnlySpan<byte> head)
    {
        var text = Encoding.ASCII.GetString(head[..Math.Min(12, head.Length)]);
        var shown = string.Concat(text.Select(c => char.IsControl(c) || c == '?' ? '.' : c));
        return BadInput(head.IsEmpty
            ? $"Image '{name}' is empty. Needed a JPEG or PNG file."
            : $"Image '{name}' begins with '{shown}', which is no image format known here. Convert it to JPEG or PNG.");
    }

    /// <summary>An image that begins well and cannot be decoded to its end.</summary>
    public static LabException ImageDamaged(string name, Exception inner) =>
        BadInput($"Image '{name}' could not be decoded: {inner.Message.TrimEnd('.')}. Fetch or export it again.", inner);

    /// <summary>An image whose last bytes are missing.</summary>
    public static LabException ImageTruncated(string name) =>
        BadInput($"Image '{name}' is truncated: it ends without an end marker. Fetch or export it again.");

    /// <summary>An image whose header promises more pixels than are allowed; nothing was allocated for it.</summary>
    public static LabException ImageTooLarge(string name, ImageSize size, long maxPixels) =>
        BadInput($"Image '{name}' says it has {size.Width} x {size.Height} pixels, needed at most {maxPixels / 1_000_000} million. Scale it down first.");

    /// <summary>A file of more bytes than are read.</summary>
    public static LabException ImageFileTooLarge(string name, long maxBytes) =>
        BadInput($"Image '{name}' has more than {maxBytes >> 20} MiB, the most that is read. Scale it down or compress it.");

    /// <summary>A file that is there and cannot be read.</summary>
    public static LabException FileUnreadable(string path, Exception inner) =>
        BadInput($"File '{path}' cannot be read: {inner.Message}", inner);

    /// <summary>The decoder's native library is not installed.</summary>
    public static LabException ImageLibraryMissing(Exception inner) =>
        Missing($"The image library cannot be loaded: {inner.Message.Split('\n')[0].TrimEnd('.')}. Run eng/setup.sh, which installs it.", inner);
}
