import { useConfirmed } from "../../account/confirm/use-confirmed.tsx";
import { DeleteSection } from "../../account/settings/DeleteSection.tsx";
import { DevicesSection } from "../../account/settings/DevicesSection.tsx";
import { EmailSection } from "../../account/settings/EmailSection.tsx";
import { PasskeysSection } from "../../account/settings/PasskeysSection.tsx";
import { PasswordSection } from "../../account/settings/PasswordSection.tsx";
import { SignOutSection } from "../../account/settings/SignOutSection.tsx";
import { accountMessages } from "../../messages/account.ts";
import { SettingsLayout } from "./SettingsLayout.tsx";

/** `/settings/account`: how one signs in, where one is signed in, and the end of it. */
export function AccountPage() {
  const { confirmed, dialog } = useConfirmed();
  return (
    <SettingsLayout title={accountMessages.settings.account}>
      {(user) => (
        <>
          <EmailSection user={user} confirmed={confirmed} />
          <PasswordSection user={user} confirmed={confirmed} />
          <PasskeysSection confirmed={confirmed} />
          <DevicesSection confirmed={confirmed} />
          <SignOutSection />
          <DeleteSection user={user} />
          {dialog}
        </>
      )}
    </SettingsLayout>
  );
}
