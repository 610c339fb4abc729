namespace DetrPerfLab.Core;

public static partial class LabError
{
    const string OrImport = "Or copy the file from a machine that has it: detrlab models import FILE";

    /// <summary>The network did not give the file, however often it was asked.</summary>
    public static LabException DownloadFailed(Uri url, long doneBytes, string reason, Exception? inner = null) =>
        Missing($"Download of {url} failed after {doneBytes} bytes: {reason.TrimEnd('.')}. Run the command again, it goes on from there. {OrImport}", inner);

    /// <summary>The server answered, but not with the file.</summary>
    public static LabException DownloadRefused(Uri url, int status, string? reason) =>
        Missing($"Download of {url} was refused with HTTP status {status} ({reason}). Needed 200 or 206. {OrImport}");

    /// <summary>More bytes than the file can have.</summary>
    public static LabException DownloadTooLarge(Uri url, long foundBytes, long maxBytes) =>
        BadInput($"Download of {url} was stopped: the server offers {foundBytes} bytes or more, the limit is {maxBytes}. "
            + "This is not the file it should be; try another network.");

    /// <summary>All bytes came, but they are others.</summary>
    public static LabException DownloadWrongHash(Uri url, string found, string needed) =>
        BadInput($"Download of {url} has sha256 {found}, needed one that begins with {needed}; the bytes were deleted. Run the command again. {OrImport}");

    /// <summary>Two processes want to write the same file.</summary>
    public static LabException DownloadBusy(string path, Exception inner) =>
        Missing($"'{path}' cannot be written: {inner.Message.TrimEnd('.')}. Wait for the other download to end, or make room.", inner);

    /// <summary>A file of the cache is not what was put there.</summary>
    public static LabException CachedModelChanged(string path, string found, string needed) =>
        BadInput($"'{path}' has sha256 {found}, needed one that begins with {needed}. Delete it and fetch it again: detrlab models fetch NAME");

    /// <summary>An import would replace another model.</summary>
    public static LabException ModelNameTaken(string name) =>
        BadInput($"A model named '{name}' is there already, with other weights. Choose another: detrlab models import FILE --name NAME");

    /// <summary>A name that would not do as a file name.</summary>
    public static LabException BadModelName(string name) =>
        BadInput($"Model name '{name}' needs 1 to 64 letters, digits, dots, dashes or underscores, the first a letter or digit, and no ending '-synthetic'. "
            + "Choose another: detrlab models import FILE --name NAME");

    /// <summary>A model of the zoo that has nothing to download.</summary>
    public static LabException NothingToFetch(string name) =>
        BadInput($"'{name}' needs no download. Models to fetch: detrlab models list");
}
