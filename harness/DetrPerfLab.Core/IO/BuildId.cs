namespace DetrPerfLab.Core;

/// <summary>Which build of the code made something: what another build made is not taken for it.</summary>
public static class BuildId
{
    /// <summary>Changes when the code of one of these types' assemblies does.</summary>
    public static string Of(params IEnumerable<Type> types) => string.Join(' ', types.Select(t => t.Assembly.ManifestModule.ModuleVersionId.ToString("N")));
}
