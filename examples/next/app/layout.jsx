// The frame of every page.
import "../../acme.css";

export const metadata = { title: "Integrations – Acme Projects", icons: { icon: "data:," } };

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>
        <header>Acme Projects</header>
        <main>{children}</main>
      </body>
    </html>
  );
}
