namespace DetrPerfLab.Core;

/// <summary>Which build of the code made something: what another build made is not taken for it.</summary>
public static class BuildId
{
    /// <summary>Changes when the code of one of the assemblies does.</summary>
    /// <param name="types">One of each assembly that decides.</param>
    public static string Of(params IEnumerable<Type> types) => string.Join(' ', types.Select(t => t.Assembly.ManifestModule.ModuleVersionId.ToString("N")[..8]));
}
